import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { anExecution, type FakeApi, startFakeApi } from '../../../test/fakes/api.ts'
import { errorsSeen, recordCanary } from '../../../test/fakes/recorded.ts'
import { runProgram } from '../program.ts'

let api: FakeApi
let folder: string

const pipeline = (metric: string, more = '') => `name: shop
application: store
stages:
  - id: canary
    type: canary
    target: local
    service: web
    release: { version: '2', command: [node, web.mjs] }
    baseline: fresh
    steps: [{ weight: 5, for: 40s }]
    analysis: { interval: 1s, judge: { type: sequential, falseAlarm: 2% }, metrics: [${metric}] ${more} }
`

beforeAll(async () => {
  api = await startFakeApi()
  folder = mkdtempSync(join(tmpdir(), 'slipway-backtest-'))
  api.write('shop.yaml', pipeline('{ preset: http, margin: 1% }'))
  writeFileSync(join(folder, 'lenient.yaml'), pipeline('{ preset: http, margin: 3%, failAbove: margin }'))
  const guardrail = ', guardrails: [{ metric: errors, above: 4%, atLeast: 50 }]'
  writeFileSync(join(folder, 'guarded.yaml'), pipeline('{ preset: http, margin: 1% }', guardrail))
  const times = (looks: number, baseline: number, canary: number) =>
    Array.from({ length: looks }, () => errorsSeen(baseline, canary))
  recordCanary(api.store, 'good', times(30, 10, 10))
  recordCanary(api.store, 'worse', times(40, 10, 22), { verdict: 'fail' })
  recordCanary(api.store, 'spike', [...times(29, 10, 10), ...times(1, 10, 60), ...times(10, 10, 10)])
  api.store.put(anExecution({ id: 'still-running', stages: [] }))
  api.store.put(anExecution({ id: 'first-deployment', status: 'succeeded', stages: [] }))
})
afterAll(async () => {
  await api.stop()
  rmSync(folder, { recursive: true })
})

async function backtest(...args: string[]) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const env = { SLIPWAY_URL: api.url, SLIPWAY_TOKEN: api.token }
  const code = await runProgram(['backtest', ...args], { stdin: Readable.from([]), stdout, stderr, env })
  const read = (stream: PassThrough) => (stream.read() as Buffer | null)?.toString() ?? ''
  return { code, stdout: read(stdout), stderr: read(stderr) }
}

const verdicts = (stdout: string) =>
  Object.fromEntries(
    (JSON.parse(stdout).items as { execution: string; before: string; after: string; flipped: boolean }[]).map(
      ({ execution, before, after, flipped }) => [execution, [before, after, flipped]],
    ),
  )

test('the settings a pipeline has now give the verdicts it gave', async () => {
  const { code, stdout } = await backtest('shop', '-o', 'json')
  expect(code).toBe(0)
  expect(verdicts(stdout)).toEqual({
    good: ['pass', 'pass', false],
    worse: ['fail', 'fail', false],
    spike: ['pass', 'pass', false],
  })
  expect(JSON.parse(stdout)).toMatchObject({ pipeline: 'shop', judged: 3, flipped: 0, skipped: 1 })
})

test('the settings of a file show which verdicts flip, and why', async () => {
  const { stdout } = await backtest(join(folder, 'lenient.yaml'), '-o', 'json')
  expect(verdicts(stdout).worse).toEqual(['fail', 'pass', true])
  const [, worse] = JSON.parse(stdout).items
  expect(worse.metrics[0].reason).toContain('canary errors 2.2 % against 1.0 %')
})

test('a guardrail flips a canary with one bad look', async () => {
  const { code, stdout, stderr } = await backtest(join(folder, 'guarded.yaml'))
  expect(code).toBe(0)
  expect(stdout).toMatch(/spike +canary +pass +fail +flips +canary errors at 0.06, above the limit of 0.04/)
  expect(stdout).toMatch(/good +canary +pass +pass +every critical metric passed/)
  expect(stderr).toBe('3 recorded canaries of shop: 1 flip; 1 without recorded looks\n')
})

test('nothing is asked for that is not there', async () => {
  const missing = await backtest(join(folder, 'missing.yaml'))
  expect(missing.code).toBe(2)
  expect(missing.stderr).toContain('there is no such file')
  const unknown = await backtest('nothing')
  expect(unknown.code).toBe(1)
  expect(unknown.stderr).toContain('nothing')
  const stage = await backtest('shop', '--stage', 'other')
  expect(stage.code).toBe(2)
  expect(stage.stderr).toContain('no canary stage other; it has canary')
  writeFileSync(join(folder, 'broken.yaml'), 'name: shop\n')
  expect((await backtest(join(folder, 'broken.yaml'))).code).toBe(2)
})
