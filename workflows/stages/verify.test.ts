import { describe, expect, it } from 'vitest'
import type { StageOf } from '../../pipeline/schema/stage.ts'
import type { VerifyCheck } from '../../pipeline/schema/stages/verify.ts'
import { canaryStage, runOf, v1 } from '../../test/fakes/pipelines.ts'
import { fakeRun } from '../../test/fakes/run.ts'

const check = (...checks: VerifyCheck[]): StageOf<'verify'> => ({
  id: 'check',
  type: 'verify',
  target: 'eu',
  service: 'checkout',
  checks,
})
const metric: VerifyCheck = {
  kind: 'metric',
  ...{ name: 'errors', role: 'stable', provider: 'router', share: 'errors', below: 0.05 },
  ...{ window: 60_000, interval: 10_000, for: 30_000 },
}
const probe = { kind: 'probe', role: 'stable', path: '/ready', status: 200, attempts: 1, interval: 1_000 } as const

describe('a verification', () => {
  it('makes its checks in order and changes nothing', async () => {
    const run = fakeRun(runOf([check(probe, metric)]))
    run.outside.measure = async () => ({ state: 'ok', value: 0.01 })
    const { status, stages } = await run.run()
    expect(status).toBe('succeeded')
    expect(stages[0]!.outputs.checks).toEqual(['/ready of stable answers as expected', 'errors is 0.01'])
    expect(run.outside.asked.map(({ what }) => what)).toEqual(['probe', ...Array(4).fill('measure')])
    expect(run.effects()).toEqual([])
  })

  it('fails with the first check that does not hold', async () => {
    const run = fakeRun(runOf([check(metric, probe)]))
    let looks = 0
    run.outside.measure = async () => ({ state: 'ok', value: looks++ === 2 ? 0.07 : 0.01 })
    expect(await run.run()).toMatchObject({ status: 'failed', reason: 'check: errors is 0.07, not below 0.05' })
    expect(run.outside.asked.map(({ what }) => what)).toEqual(Array(3).fill('measure'))
  })

  it('never passes without data, nor with what is no number', async () => {
    const empty = fakeRun(runOf([check(metric)]))
    empty.outside.measure = async () => ({ state: 'empty', reason: 'no data' })
    expect(await empty.run()).toMatchObject({
      status: 'errored',
      reason: expect.stringContaining('errors cannot be read: no data'),
    })
    const nan = fakeRun(runOf([check(metric)]))
    nan.outside.measure = async () => ({ state: 'ok', value: Number.NaN })
    expect((await nan.run()).status).toBe('failed')
  })

  it('asks the cluster it names', async () => {
    const run = fakeRun(runOf([check({ ...probe, role: 'canary' })]))
    run.outside.probe = async ({ role }) => ({ ok: false, seen: `${role} has no instance` })
    expect(await run.run()).toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('canary has no instance'),
    })
  })
})

describe('an analysis without a rollout', () => {
  const { analysis } = canaryStage()
  const compare = (change: object = {}): VerifyCheck => {
    const sides = { canary: { role: 'canary' }, baseline: { role: 'baseline' } } as const
    return { kind: 'analysis', analysis, ...sides, for: 60_000, last: false, ...change }
  }
  /** A canary of 2.0.0 and a baseline, as somebody else has routed them. */
  async function withCanary(share: number) {
    const run = fakeRun(runOf([check(compare())]), { behaviour: { '2.0.0': share } })
    const op = (id: string) => ({ id, fence: 1, signal: new AbortController().signal, progress: () => {} })
    const canary = { role: 'canary', release: { version: '2.0.0' }, instances: 1 } as const
    await run.target.apply('checkout', canary, op('a'))
    await run.target.apply('checkout', { role: 'baseline', release: v1, instances: 1 }, op('b'))
    await run.target.route('checkout', { stable: 20, baseline: 40, canary: 40 }, op('c'))
    return run
  }

  it('holds when the judge passes', async () => {
    const run = await withCanary(0.01)
    const { status, stages } = await run.run()
    expect(status).toBe('succeeded')
    expect(stages[0]!.outputs).toMatchObject({ verdict: 'pass' })
  })

  it('fails when the judge fails', async () => {
    const run = await withCanary(0.3)
    expect((await run.run()).status).toBe('failed')
  })

  it('may look at the time that has passed, interval by interval, without waiting', async () => {
    const run = await withCanary(0.3)
    const began = run.world.now()
    const input = runOf([check(compare({ last: true }))])
    const again = fakeRun(input, { behaviour: { '2.0.0': 0.3 } })
    again.target.current = run.target.current
    expect((await again.run()).status).toBe('failed')
    expect(again.world.now()).toBe(began)
  })

  it('cannot tell what is not there', async () => {
    const run = fakeRun(runOf([check(compare())]))
    expect(await run.run()).toMatchObject({
      status: 'errored',
      reason: expect.stringContaining('checkout has no canary'),
    })
  })
})
