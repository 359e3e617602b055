import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { judgeCommand } from '../api/cli/commands/judge.ts'
import { powerCommand } from '../api/cli/commands/power.ts'
import type { Io } from '../api/cli/io.ts'
import { cells } from './statistics/cells.ts'

const root = join(import.meta.dirname, '..')
const page = readFileSync(join(root, 'docs/judging.md'), 'utf8')
const commands: Record<string, (io: Io) => Command> = { judge: judgeCommand, power: powerCommand }

/** Runs a command line of the page as it stands there, from the root of the project. */
async function run(line: string): Promise<string> {
  const [name, ...args] = line.replace('npm run -s slipway -- ', '').split(' ')
  const stdout = new PassThrough()
  const io = { stdin: new PassThrough(), stdout, stderr: new PassThrough(), env: {} }
  const paths = args.map(arg => (arg.startsWith('docs/') ? join(root, arg) : arg))
  const output = text(stdout)
  await commands[name!]!(io).parseAsync(paths, { from: 'user' })
  stdout.end()
  return output
}

/** Those that need a server are run by test/system/docs.test.ts. */
const lines = [...page.matchAll(/```sh\n(.+)\n```/g)]
  .map(([, line]) => line!)
  .filter(line => Object.hasOwn(commands, line.split(' ')[5]!))
/** As it reads when the quotation's line breaks are taken out. */
const unwrapped = page.replaceAll('\n> ', ' ')

describe('docs/judging.md', { timeout: 60_000 }, () => {
  it('quotes commands that work', async () => {
    expect(lines).toHaveLength(2)
    for (const line of lines) expect(await run(line)).not.toBe('')
  })

  it('shows what they print', async () => {
    expect(page).toContain(await run(lines[1]!))
    const answers = (await run(lines[0]!))
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
    expect(answers.map(({ verdict }) => verdict)).toEqual(['fail', 'pass', 'insufficient', 'errored'])
    expect(answers[0].decidedAt).toBe(3)
    expect(unwrapped).toContain(answers[0].metrics[0].reason)
  })

  it('rests on a whole run of the simulations, in which every requirement was met', () => {
    const { figures, seed, commit } = JSON.parse(readFileSync(join(root, 'docs/proof/statistics.json'), 'utf8'))
    expect(commit).toMatch(/^[0-9a-f]{40}$/)
    expect(seed).toBe(1)
    for (const cell of cells)
      for (const { what, atMost, atLeast } of cell.figures) {
        const value = figures[`${cell.name}: ${what}`]
        expect(value, cell.name).toBeGreaterThanOrEqual(atLeast ?? 0)
        expect(value, cell.name).toBeLessThanOrEqual(atMost ?? Number.POSITIVE_INFINITY)
      }
  })
})
