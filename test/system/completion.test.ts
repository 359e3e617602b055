import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { component, whyMissing } from '../components.ts'
import { type FakeApi, startFakeApi } from '../fakes/api.ts'

let api: FakeApi
let home: string
let env: Record<string, string>

beforeAll(async () => {
  api = await startFakeApi()
  home = mkdtempSync(join(tmpdir(), 'slipway-completion-'))
  const program = resolve('api/cli/bin.ts')
  writeFileSync(join(home, 'slipway'), `#!/bin/sh\nexec "${process.execPath}" "${program}" "$@"\n`, { mode: 0o755 })
  writeFileSync(join(home, 'notes.yaml'), '')
  const address = { SLIPWAY_URL: api.url, SLIPWAY_TOKEN: api.token }
  env = { PATH: `${home}:${process.env.PATH}`, HOME: home, TERM: 'dumb', ...address }
})
afterAll(async () => {
  await api.stop()
  rmSync(home, { recursive: true })
})

async function output(program: string, args: readonly string[]): Promise<string[]> {
  const child = spawn(program, args, { env, cwd: home, stdio: ['ignore', 'pipe', 'pipe'] })
  const chunks: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => chunks.push(chunk))
  await new Promise(done => child.on('close', done))
  return Buffer.concat(chunks).toString().split('\n').filter(Boolean)
}

/** What the shell itself makes of a line that ends where Tab is pressed. */
const completers = {
  // The function that `complete` has registered, called as bash calls it.
  bash: (line: string) => {
    const words = line.split(' ')
    const quoted = words.map(word => `'${word}'`).join(' ')
    const ask = `COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; _slipway; printf '%s\\n' "\${COMPREPLY[@]}"`
    return output('bash', [
      '--norc',
      '-c',
      `eval "$(slipway completion bash)"; complete -p slipway >/dev/null && ${ask}`,
    ])
  },
  fish: async (line: string) => {
    const found = await output('fish', ['-N', '-c', `slipway completion fish | source; complete -C '${line}'`])
    return found.map(text => text.split('\t')[0]!)
  },
  // The function as zsh calls it; what it would show is printed instead.
  zsh: async (line: string) => {
    const words = line.split(' ').map(word => `'${word}'`)
    const show = `compdef() { :; }; _files() { :; }; _describe() { print -l -- "\${(@P)2}" }`
    const ask = `words=(${words.join(' ')}); CURRENT=${words.length}; _slipway`
    const found = await output('zsh', ['-f', '-c', `${show}; source <(slipway completion zsh); ${ask}`])
    return found.map(text => text.split(':')[0]!)
  },
} as const

const lines: Readonly<Record<string, readonly string[]>> = {
  'slipway re': ['reject', 'resume', 'retry'],
  'slipway token ': ['create', 'help', 'list', 'revoke'],
  'slipway run --no': ['--no-wait', '--no-wait-judgment'],
  'slipway list -o ': ['json', 'text', 'yaml'],
  'slipway run sh': ['shop'],
}
/** What differs between shells is how they are asked, so two lines do. */
const two = ['slipway token ', 'slipway run sh']
const asked = { bash: Object.keys(lines), zsh: two, fish: two }

describe.each(Object.keys(completers) as (keyof typeof completers)[])('%s', shell => {
  const path = shell === 'bash' ? '/bin/bash' : component(shell)
  const skipped = path === null || !existsSync(path)
  const complete = completers[shell]

  test.skipIf(skipped)(`completes commands, options, their values, and what the server knows`, async context => {
    if (skipped) context.skip(whyMissing(shell as 'zsh'))
    // On a busy machine the server may be asked for longer than somebody would wait for a Tab.
    for (const line of asked[shell])
      await expect.poll(async () => (await complete(line)).sort(), { timeout: 60_000 }).toEqual(lines[line])
  })

  // Mutation: with `eval` around what was typed, the file is there.
  test.skipIf(skipped)('runs nothing of what is typed', async () => {
    await complete('slipway run $(touch ran) `touch ran` ;touch ran; ')
    expect(existsSync(join(home, 'ran'))).toBe(false)
  })
})
