import { spawn, spawnSync } from 'node:child_process'
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runProgram } from '../../api/cli/program.ts'
import { type Server, startServer } from '../../setup/server.ts'
import { ended } from '../ended.ts'

/** Commands that other tests run, because they are those tests or are too long for here; with where. */
const elsewhere: Readonly<Record<string, string>> = {
  'npm run demo': 'test/system/demo.test.ts',
  'npm test': 'setup/test.ts',
  'npm run check': 'test/system/house.test.ts',
  'npm run bench': 'bench/statistics.test.ts',
  'npm run proof': 'test/system/kills.test.ts',
  'slipway worker --build-id 1.5.0 --config slipway.yaml': 'test/system/worker-versions.test.ts',
}

const pages = globSync('{README.md,docs/**/*.md,examples/**/*.md}')
const commands = [...new Set(pages.flatMap(page => shellLines(readFileSync(page, 'utf8'))))]
const slipway = /^(?:npm run (?:-s )?slipway --|slipway) (.*)$/
const isRunHere = (command: string) => slipway.test(command) && !Object.hasOwn(elsewhere, command)

describe('what the pages tell people to type', () => {
  let server: Server
  const data = mkdtempSync(join(tmpdir(), 'slipway-docs-'))

  beforeAll(async () => {
    server = await startServer({ data, configuration: 'examples/checkout/slipway.yaml', args: ['--stop-instances'] })
    await said(['run', 'checkout', '-p', 'version=1.0.0'])
  })

  afterAll(async () => {
    await server?.stop()
    rmSync(data, { recursive: true, force: true })
  })

  test('is not empty', () => expect(commands.length).toBeGreaterThan(5))

  test.each(commands.filter(command => !isRunHere(command)))('%s is what a test runs', command => {
    const scripts = JSON.parse(readFileSync('package.json', 'utf8')).scripts
    expect(Object.keys(elsewhere)).toContain(command)
    if (command.startsWith('npm')) expect(Object.keys(scripts)).toContain(command.replace(/^npm (run )?/, ''))
    expect(existsSync(elsewhere[command] as string)).toBe(true)
  })

  test.each(commands.filter(isRunHere).map(command => slipway.exec(command)![1]!))(
    'slipway %s does what it says',
    { timeout: 120_000 },
    async text => {
      const args = text.split(' ')
      // `beforeAll` has done just that, on free ports.
      if (args[0] === 'serve') return expect(text).toBe('serve --config examples/checkout/slipway.yaml')
      const { code, output } = await said(args)
      // Without load nobody can tell whether a release is good: the example's pipeline takes it back (exit code 4).
      expect([0, 4], output).toContain(code)
    },
  )

  test('the load that the example asks for reaches its service', async () => {
    const [, words] = /^\$ npx (autocannon .*)$/m.exec(readFileSync('examples/checkout/README.md', 'utf8'))!
    const { port } = new URL((await server.client.listTargets()).items[0]!.services[0]!.url!)
    const args = words!.replace('PORT', port).replace('--duration 120', '--duration 1').split(' ')
    const { code, output } = await ended(spawn('npx', args, { stdio: ['ignore', 'pipe', 'pipe'] }))
    expect(code, output).toBe(0)
    expect(output).toMatch(/^[1-9]\d* requests in 1/m)
  })

  test.each(pages)('%s links to what exists', page => {
    const links = [...readFileSync(page, 'utf8').matchAll(/\]\(([^)#:]+)\)/g)].map(([, link]) => link as string)
    expect(links.filter(link => !existsSync(join(dirname(page), link)))).toEqual([])
  })

  /** As the program does it, without a process for each. */
  async function said(args: readonly string[]): Promise<{ code: number; output: string }> {
    const output = new PassThrough()
    const env = { ...process.env, SLIPWAY_DATA: data }
    const code = await runProgram(args, { stdin: new PassThrough().end(), stdout: output, stderr: output, env })
    return { code, output: String(output.read() ?? '') }
  }
})

test('the README shows the pipeline that the demo runs', () => {
  const [, shown] = /```yaml\n(name: checkout[\s\S]*?)```/.exec(readFileSync('README.md', 'utf8')) ?? []
  const real = readFileSync('examples/checkout/pipelines/checkout.yaml', 'utf8').replace(/^#.*\n/, '')
  expect(shown).toBe(real)
})

test('npm finds the project’s own Node.js first', () => {
  const { stdout } = spawnSync('npm', ['exec', '--', 'node', '--version'], { encoding: 'utf8' })
  expect(stdout.trim()).toBe(`v${JSON.parse(readFileSync('node_modules/node/package.json', 'utf8')).version}`)
})

/** The lines of ```sh blocks, without comments. */
function shellLines(page: string): string[] {
  const blocks = [...page.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block]) => block as string)
  const lines = blocks.flatMap(block => block.split('\n'))
  return lines.map(line => line.replace(/\s+#.*$/, '').trim()).filter(line => line !== '')
}
