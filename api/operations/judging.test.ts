import { PassThrough, Readable } from 'node:stream'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type FakeApi, startFakeApi } from '../../test/fakes/api.ts'
import { recordCanary, type Seen } from '../../test/fakes/recorded.ts'
import { runProgram } from '../cli/program.ts'

let api: FakeApi

beforeEach(async () => {
  api = await startFakeApi()
  api.write('shop.yaml', pipeline('fresh'))
})
afterEach(() => api.stop())

const pipeline = (baseline: string) => `name: shop
application: store
stages:
  - id: canary
    type: canary
    target: local
    service: web
    release: { version: '2', command: [node, web.mjs] }
    baseline: ${baseline}
    steps: [{ weight: 5, for: 40s }]
    analysis: { interval: 1s, judge: { type: sequential, falseAlarm: 2% }, metrics: [{ preset: http, margin: 1% }] }
`

/** Looks at which the fresh baseline has so many bad requests of a thousand, and the stable cluster so many. */
function looks(times: number, fresh: number, stable: number): Seen[] {
  const side = (bad: number) => ({ bad, total: 1_000 })
  const seen: Seen = {
    errors: [side(fresh), side(50), side(stable)],
    slow: [side(4), side(50), side(4)],
  }
  return Array.from({ length: times }, () => seen)
}

async function calibrate(...args: string[]) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const env = { SLIPWAY_URL: api.url, SLIPWAY_TOKEN: api.token }
  const code = await runProgram(['calibrate', ...args], { stdin: Readable.from([]), stdout, stderr, env })
  const read = (stream: PassThrough) => (stream.read() as Buffer | null)?.toString() ?? ''
  return { code, stdout: read(stdout), stderr: read(stderr) }
}

test('the fresh baseline beside stable tells the false fails of each metric, whatever the canary did', async () => {
  for (const run of ['a', 'b', 'c']) recordCanary(api.store, run, looks(30, 10, 10), { verdict: 'fail' })
  recordCanary(api.store, 'unlucky', looks(30, 30, 10))
  const { stages } = await api.client.getCalibration({ name: 'shop' })
  const [{ metrics, ...canary }] = stages as [(typeof stages)[0]]
  expect(canary).toEqual({ stage: 'canary', falseAlarm: 0.02, runs: 4, looks: 120 })
  expect(metrics.map(({ name, falseFails, budget }) => [name, falseFails, budget])).toEqual([
    ['errors', 1, 0.01],
    ['slow', 0, 0.01],
  ])
  expect(metrics[0]!.overDispersion).toBe(1)
})

test('the command says it in a table, and in words', async () => {
  recordCanary(api.store, 'a', looks(30, 10, 10))
  const { code, stdout, stderr } = await calibrate('shop')
  expect(code).toBe(0)
  expect(stdout).toMatch(/STAGE +METRIC +FALSE FAILS +ALLOWED +PHI +CORRELATION +PROPOSED\n/)
  expect(stdout).toMatch(/canary +errors +0 of 1 +1 % +1\.00/)
  expect(stderr).toContain('errors: nothing unusual; 0 of 1 runs failed where 0.01 were allowed')
  expect(stderr).toContain('canary: 30 looks in 1 run saw the same release twice')
  const json = await calibrate('shop', '--stage', 'canary', '-o', 'json')
  expect(JSON.parse(json.stdout).stages[0].runs).toBe(1)
})

test('without a fresh baseline there is nothing to calibrate with, and it says so', async () => {
  const [withoutStable] = looks(1, 10, 10).map(({ errors }): Seen => ({ errors: [errors![0], errors![1]] }))
  recordCanary(api.store, 'a', [withoutStable!])
  expect((await api.client.getCalibration({ name: 'shop' })).stages[0]).toMatchObject({ runs: 0, metrics: [] })
  expect((await calibrate('shop')).stderr).toContain('"baseline: fresh"')
})

test('what is not there is named', async () => {
  await expect(api.client.getCalibration({ name: 'nothing' })).rejects.toThrow('there is no pipeline nothing')
  const stage = api.client.getCalibration({ name: 'shop', stage: 'other' })
  await expect(stage).rejects.toThrow('no canary stage other')
  api.write('shop.yaml', 'name: shop\n')
  await expect(api.client.getCalibration({ name: 'shop' })).rejects.toThrow('is not valid')
})
