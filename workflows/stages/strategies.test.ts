import { describe, expect, it } from 'vitest'
import type { StageOf } from '../../pipeline/schema/stage.ts'
import { deployStage, runOf, v1, v2 } from '../../test/fakes/pipelines.ts'
import { fakeRun } from '../../test/fakes/run.ts'

const check = { path: '/ready', status: 200, attempts: 2, interval: 1_000 }
const blueGreen: Partial<StageOf<'deploy'>> = { strategy: 'blue-green', checks: [check] }

describe('blue-green', () => {
  it('has the new version whole and checked before any traffic, then switches at once', async () => {
    const run = fakeRun(runOf([deployStage('checkout', blueGreen)]))
    const { status, stages } = await run.run()
    expect(status).toBe('succeeded')
    expect(stages[0]!.outputs).toMatchObject({ release: v2, previousRelease: v1 })
    expect(run.effects()).toEqual([
      'preview 2.0.0 x4',
      'preview 2.0.0 x4',
      'preview 100',
      'stable 2.0.0 x4',
      'stable 100',
      '-preview',
      '-previous',
    ])
    expect(run.outside.asked).toEqual([
      {
        what: 'probe',
        request: { target: 'eu', service: 'checkout', role: 'preview', check: { path: '/ready', status: 200 } },
      },
    ])
    expect(run.target.state('checkout')).toMatchObject({ clusters: [{ release: v2 }], weights: { stable: 100 } })
  })

  it('fails when a check stays wrong, and clients never met the new version', async () => {
    const run = fakeRun(runOf([deployStage('checkout', blueGreen)]))
    run.outside.probe = async () => ({ ok: false, seen: '/ready answered 500 instead of 200' })
    const { status, reason } = await run.run()
    expect(status).toBe('rolled-back')
    expect(reason).toContain('/ready answered 500 instead of 200 (asked 2 times)')
    expect(run.effects().filter(what => / 100$/.test(what))).toEqual(['stable 100'])
    expect(run.target.state('checkout').clusters).toMatchObject([{ role: 'stable', release: v1 }])
  })

  it('keeps the old version warm while it bakes, and one call brings it back', async () => {
    const run = fakeRun(runOf([deployStage('checkout', { ...blueGreen, bake: 60_000 })]))
    run.world.at(10_000, () => {
      expect(run.target.state('checkout').clusters.map(({ role }) => role)).toEqual(['stable', 'previous'])
      run.steering.rollback({ by: 'ann' })
    })
    const { status } = await run.run()
    expect(status).toBe('rolled-back')
    expect(run.effects().slice(-4)).toEqual(['previous 100', 'stable 1.0.0 x4', 'stable 100', '-previous'])
    expect(run.target.state('checkout').clusters).toMatchObject([{ role: 'stable', release: v1, instances: 4 }])
  })

  it('goes back from whatever it was interrupted in', async () => {
    const acts = ['preview 2.0.0 x4', 'preview 100', 'stable 2.0.0 x4']
    for (const act of acts) {
      const run = fakeRun(runOf([deployStage('checkout', blueGreen)]))
      run.target.fail = (_, what) => (what === act ? 'the target is gone for a moment' : null)
      const { status } = await run.run()
      expect([act, status]).toEqual([act, 'errored'])
      expect(run.target.state('checkout')).toMatchObject({ weights: { stable: 100 } })
      expect(run.target.state('checkout').clusters).toEqual([{ role: 'stable', release: v1, instances: 4, ready: 4 }])
    }
  })

  it('removes what a run that died has left beside the stable version', async () => {
    const run = fakeRun(runOf([deployStage('checkout', blueGreen)]))
    const op = { id: 'old', fence: 1, signal: new AbortController().signal, progress: () => {} }
    await run.target.apply('checkout', { role: 'preview', release: { version: '0.9.0' }, instances: 1 }, op)
    expect((await run.run()).status).toBe('succeeded')
    expect(run.effects().slice(0, 3)).toEqual(['preview 0.9.0 x1', '-preview', 'preview 2.0.0 x4'])
  })
})

describe('blue-green in two stages', () => {
  const preview = deployStage('preview', { service: 'checkout', strategy: 'blue-green', switch: 'later' })
  const promote = { id: 'promote', type: 'promote', target: 'eu', service: 'checkout', role: 'preview' } as const

  it('leaves a preview without traffic, which a promotion gives all of it', async () => {
    const run = fakeRun(runOf([preview, promote]))
    const { status, stages } = await run.run()
    expect(status).toBe('succeeded')
    expect(stages[0]!.reason).toContain('waits as preview')
    expect(stages[1]!.outputs).toEqual({ release: v2, previousRelease: v1 })
    expect(run.target.state('checkout')).toMatchObject({
      clusters: [{ role: 'stable', release: v2 }],
      weights: { stable: 100 },
    })
  })

  it('is taken back whole, newest first', async () => {
    const nap = { id: 'nap', type: 'wait', for: 10_000 } as const
    const run = fakeRun(runOf([preview, promote, nap]))
    run.world.at(5_000, () => run.steering.rollback({ by: 'ann' }))
    const { status, stages } = await run.run()
    expect(status).toBe('rolled-back')
    expect(stages[1]!.status).toBe('rolled-back')
    expect(run.target.state('checkout').clusters).toMatchObject([{ role: 'stable', release: v1 }])
  })

  it('cannot promote what is not there', async () => {
    const run = fakeRun(runOf([promote]))
    const { status, reason } = await run.run()
    expect(status).toBe('failed')
    expect(reason).toContain('checkout on eu has no preview to promote')
  })
})

describe('recreate', () => {
  it('asks the target to end the old version first', async () => {
    const run = fakeRun(runOf([deployStage('checkout', { strategy: 'recreate' })]))
    const asked: unknown[] = []
    const { apply } = run.target
    run.target.apply = (service, desired, op) => {
      asked.push(desired.recreate)
      return apply(service, desired, op)
    }
    expect((await run.run()).status).toBe('succeeded')
    expect(asked).toEqual([true])
  })
})

describe('canary steps without a judge', () => {
  const steps = {
    strategy: 'canary',
    steps: [
      { weight: 25, for: 10_000 },
      { weight: 60, for: 10_000 },
    ],
  } as const

  it('have capacity before traffic, and end with all of it', async () => {
    const run = fakeRun(runOf([deployStage('checkout', { ...steps, steps: [...steps.steps] })]))
    const { status } = await run.run()
    expect(status).toBe('succeeded')
    expect(run.effects()).toEqual([
      'canary 2.0.0 x1',
      'stable 75, canary 25',
      'canary 2.0.0 x3',
      'stable 40, canary 60',
      'canary 2.0.0 x4',
      'canary 100',
      'stable 2.0.0 x4',
      'stable 100',
      '-canary',
      '-previous',
    ])
    expect(run.world.now() - Date.parse('2026-01-01T00:00:00Z')).toBeGreaterThanOrEqual(20_000)
  })

  it('start pods at once for what follows without a pause', async () => {
    const given = [5, 25, 50, 75].map((weight, step) => ({ weight, for: step === 1 ? 10_000 : 0 }))
    const run = fakeRun(runOf([deployStage('checkout', { ...steps, steps: given })]))
    expect((await run.run()).status).toBe('succeeded')
    expect(run.effects().slice(0, 8)).toEqual([
      ...['canary 2.0.0 x1', 'stable 95, canary 5', 'stable 75, canary 25'],
      ...['canary 2.0.0 x4', 'stable 50, canary 50', 'stable 25, canary 75', 'canary 100'],
      'stable 2.0.0 x4',
    ])
  })

  it('grow with instances that somebody adds meanwhile', async () => {
    const run = fakeRun(runOf([deployStage('checkout', { ...steps, steps: [...steps.steps] })]))
    run.resize(5_000, 9)
    expect((await run.run()).status).toBe('succeeded')
    const canaries = run.effects().filter(what => what.startsWith('canary'))
    expect(canaries).toEqual([
      'canary 2.0.0 x1',
      ...['canary 2.0.0 x3', 'canary 2.0.0 x6'],
      ...['canary 2.0.0 x4', 'canary 2.0.0 x9', 'canary 100'],
    ])
  })

  it('can be promoted and rolled back by people at any time', async () => {
    const early = fakeRun(runOf([deployStage('checkout', { ...steps, steps: [...steps.steps] })]))
    early.world.at(3_000, () => early.steering.promote({ by: 'ann' }))
    expect((await early.run()).stages[0]).toMatchObject({ status: 'succeeded', reason: 'promoted by ann' })
    expect(early.effects()).not.toContain('stable 40, canary 60')

    const back = fakeRun(runOf([deployStage('checkout', { ...steps, steps: [...steps.steps] })]))
    back.world.at(15_000, () => back.steering.rollback({ by: 'ann' }))
    expect((await back.run()).status).toBe('rolled-back')
    expect(back.effects().slice(-2)).toEqual(['stable 100', '-canary'])
  })
})
