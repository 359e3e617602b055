import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterAll, describe, expect, test } from 'vitest'
import { runProgram } from '../program.ts'

const folder = mkdtempSync(join(tmpdir(), 'slipway-simulate-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const file = join(folder, 'shop.yaml')
writeFileSync(
  file,
  `name: shop
application: shop
parameters: { version: { type: string, pattern: '^v\\d+$' } }
stages:
  - id: roll
    type: deploy
    target: eu
    service: web
    release: { version: '\${{ parameters.version }}', command: [run] }
`,
)

const simulate = (...args: string[]) => run('simulate', ...args)

async function run(...args: string[]) {
  const output = () => {
    const stream = new PassThrough()
    let text = ''
    stream.on('data', chunk => {
      text += chunk
    })
    return { stream, text: () => text }
  }
  const [stdout, stderr] = [output(), output()]
  const io = { stdin: new PassThrough(), stdout: stdout.stream, stderr: stderr.stream, env: {} }
  const code = await runProgram(args, io)
  return { code, stdout: stdout.text(), stderr: stderr.text() }
}

describe('slipway simulate', () => {
  test('tells timeline, durations and what would be undone', async () => {
    const { code, stdout } = await simulate(file, '-p', 'version=v7')
    expect(code).toBe(0)
    expect(stdout).toContain('shop, good, seed 1: succeeded after 0:00:10')
    expect(stdout).toContain('0:00:10  roll   traffic of web on eu: stable 100 %')
    expect(stdout).toContain('a good release takes from 0:00:00 to 0:00:10')
    expect(stdout).toContain('1. roll: put web on eu back to current')
  })

  test('ends with the code of the status, or of what was expected', async () => {
    const fails = ['--scenario', 'target-fails-at:roll']
    expect((await simulate(file, ...fails)).code).toBe(11)
    expect((await simulate(file, ...fails, '--expect', 'errored')).code).toBe(0)
    const other = await simulate(file, '--expect', 'rolled-back')
    expect([other.code, other.stderr]).toEqual([3, expect.stringContaining('expected to end rolled-back')])
  })

  test('shows a good release of the example as good, and a bad one as taken back, when nothing else is said', async () => {
    const example = 'examples/checkout/pipelines/checkout.yaml'
    const [good, bad] = [await simulate(example), await simulate(example, '--scenario', 'bad')]
    expect([good.code, good.stdout]).toEqual([0, expect.stringContaining('the run ends: succeeded')])
    expect([bad.code, bad.stdout]).toEqual([4, expect.stringContaining('the run ends: rolled-back')])
    // As docs/simulate.md says.
    const quiet = await simulate(example, '--rate', '200')
    expect(quiet.stdout).toContain('verdict insufficient')
  })

  test('shows copies of requests, which take a bad release back before a client meets it', async () => {
    const example = 'examples/kubernetes/copies/pipelines/checkout.yaml'
    const configured = ['--config', 'examples/kubernetes/copies/slipway.yaml']
    const valid = await run('validate', example, ...configured)
    expect([valid.code, valid.stderr]).toEqual([0, `${example}: valid\n`])
    const [good, bad] = [await simulate(example), await simulate(example, '--scenario', 'bad')]
    expect([good.code, good.stdout]).toEqual([0, expect.stringContaining('the run ends: succeeded')])
    expect([bad.code, bad.stdout]).toEqual([4, expect.stringContaining('the run ends: rolled-back')])
    for (const { stdout } of [good, bad])
      expect(stdout).toContain('traffic of checkout on shop: stable 100 %, and copies of 20 % to the canary')
    expect(good.stdout).toContain('canary 5 %')
    expect(bad.stdout).not.toContain('canary 5 %')
  })

  test('gives JSON', async () => {
    const { stdout } = await simulate(file, '-o', 'json')
    expect(JSON.parse(stdout)).toMatchObject({ pipeline: 'shop', status: 'succeeded', duration: 10_000 })
  })

  test.each([
    [['--scenario', 'god'], 'did you mean "good"'],
    [['--scenario', 'target-fails-at:rol'], 'did you mean "roll"'],
    [['--scenario', 'gate-closed:change'], 'has no gate "change"; it has none'],
    [['--scenario', 'recorded:/nowhere'], 'there is no such file'],
    [['-p', 'version=7'], 'must match'],
    [['-p', 'other=7'], 'there is no parameter "other"'],
    [['--expect', 'well'], 'there is no status well'],
    [['--at', 'noon'], 'a time such as'],
  ])('refuses %j', async (args, words) => {
    const { code, stdout, stderr } = await simulate(file, ...args)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(words)
  })
})
