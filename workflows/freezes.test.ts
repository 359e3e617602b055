import { describe, expect, it } from 'vitest'
import type { RunFreeze } from '../pipeline/freezes.ts'
import { releaseKey } from '../pipeline/release.ts'
import { canaryStage, deployStage, runOf, v2, waitStage } from '../test/fakes/pipelines.ts'
import type { FakeRun } from '../test/fakes/run.ts'
import { fakeRun } from '../test/fakes/run.ts'

const minute = 60_000

/** A freeze of some minutes, counted from the begin of the run. */
function frozen({ world }: FakeRun, from: number, until: number, targets: string[] | null = null): RunFreeze {
  const start = world.now()
  return { name: 'sale', reason: 'big day', from: start + from * minute, until: start + until * minute, targets }
}

function minutesAt(at: string | null): number {
  return (Date.parse(at!) - Date.parse('2026-01-01T00:00:00Z')) / minute
}

describe('a freeze', () => {
  it('lets what runs go on, starts no stage, and ends by itself', async () => {
    const run = fakeRun(runOf([waitStage('a', { for: minute }), waitStage('b', { for: minute })]))
    run.world.at(0, () => run.freezes([frozen(run, 0.5, 5)]))
    run.world.at(2 * minute, () =>
      expect(run.execution()).toMatchObject({
        status: 'paused',
        reason: 'frozen by sale until 2026-01-01T00:05:00.000Z: big day',
        stages: [{ status: 'succeeded' }, { status: 'pending' }],
      }),
    )
    const { status, stages } = await run.run()
    expect([status, minutesAt(stages[1]!.startedAt)]).toEqual(['succeeded', 5])
    expect(run.story().filter(line => line.startsWith('freeze'))).toHaveLength(2)
  })

  it('ends when somebody ends it', async () => {
    const run = fakeRun(runOf([waitStage('a', { for: minute }), waitStage('b', { for: minute })]))
    run.world.at(0, () => run.freezes([frozen(run, 0, 500)]))
    run.world.at(3 * minute, () => run.freezes([]))
    const { stages } = await run.run()
    expect(minutesAt(stages[0]!.startedAt)).toBe(0)
    expect(minutesAt(stages[1]!.startedAt)).toBe(3)
  })

  it('of one target holds back what acts there, and nothing else', async () => {
    const stages = [
      deployStage('checkout', { target: 'eu', needs: [] }),
      deployStage('cart', { target: 'us', needs: [] }),
      waitStage('rest', { needs: [], for: 2 * minute }),
    ]
    const run = fakeRun(runOf([waitStage('first', { for: minute }), ...stages.map(s => ({ ...s, needs: ['first'] }))]))
    run.world.at(0, () => run.freezes([frozen(run, 0, 10, ['eu'])]))
    const done = await run.run()
    expect(done.status).toBe('succeeded')
    expect(done.stages.map(({ startedAt }) => minutesAt(startedAt))).toEqual([0, 10, 1, 1])
  })

  it('keeps a canary at its step, where it still looks for harm, and never holds up a rollback', async () => {
    const stage = canaryStage({ steps: [10, 50].map(weight => ({ weight, for: minute })) })
    const run = fakeRun(runOf([{ ...stage, analysis: { ...stage.analysis, interval: 10_000 } }]))
    run.world.at(1_000, () => run.freezes([frozen(run, 0, 60)]))
    run.world.at(5 * minute, () => {
      expect(run.target.state('checkout').weights.canary).toBe(10)
      expect(run.execution().status).toBe('paused')
      run.metrics.behaviour = { '1.0.0': 0.01, '2.0.0': 0.5 }
    })
    const done = await run.run()
    expect(done.status).toBe('rolled-back')
    expect(minutesAt(done.endedAt)).toBeLessThan(30)
  })

  it('does not keep a run from being canceled', async () => {
    const run = fakeRun(runOf([waitStage('a', { for: minute }), waitStage('b')]))
    run.world.at(0, () => run.freezes([frozen(run, 0, 1_000)]))
    run.world.at(2 * minute, () => run.steering.cancel({ by: 'ann' }))
    const done = await run.run()
    expect([done.status, minutesAt(done.endedAt)]).toEqual(['canceled', 2])
  })

  it('is overridden by whoever may', async () => {
    const run = fakeRun(runOf([waitStage('a', { for: minute }), waitStage('b')]))
    run.world.at(0, () => run.freezes([frozen(run, 0, 1_000)]))
    run.world.at(2 * minute, () => run.steering.overrideFreezes())
    const done = await run.run()
    expect([done.status, minutesAt(done.stages[1]!.startedAt)]).toEqual(['succeeded', 2])
  })
})

describe('quarantine', () => {
  const told = (run: FakeRun) => run.store.events('shop-1').filter(({ kind }) => kind === 'release.quarantined')

  it('takes in a release that was judged bad, with the reason, for a week', async () => {
    const run = fakeRun(runOf([canaryStage()]), { behaviour: { '2.0.0': 0.5 } })
    await run.run()
    expect(told(run)).toMatchObject([
      {
        stage: 'canary',
        data: {
          application: 'shop',
          service: 'checkout',
          version: '2.0.0',
          key: releaseKey(v2),
          reason: expect.stringContaining('errors'),
          until: expect.stringMatching(/^2026-01-08/),
        },
      },
    ])
  })

  it('takes in nothing that was good, canceled, or could not be judged', async () => {
    const good = fakeRun(runOf([canaryStage()]))
    await good.run()
    const canceled = fakeRun(runOf([canaryStage()]))
    canceled.world.at(5_000, () => canceled.steering.cancel({ by: 'ann' }))
    await canceled.run()
    const blind = fakeRun(runOf([canaryStage({ steps: [{ weight: 50, for: 3_000 }] })]), {
      behaviour: { '2.0.0': 'down' },
    })
    expect((await blind.run()).status).toBe('errored')
    expect([good, canceled, blind].flatMap(told)).toEqual([])
  })

  const entry = {
    ...{ application: 'shop', service: 'checkout', version: '2.0.0', reason: 'errors', execution: 'shop-0' },
    ...{ since: '2025-12-30T00:00:00.000Z', until: '2026-01-06T00:00:00.000Z', releasedAt: null, releasedBy: null },
  }

  it('refuses the release before anything is touched, and says what to do', async () => {
    const run = fakeRun(runOf([canaryStage()]))
    run.store.quarantine.set(releaseKey(v2), entry)
    const { status, reason } = await run.run()
    expect(status).toBe('failed')
    expect(reason).toContain('2.0.0 of checkout is in quarantine until 2026-01-06')
    expect(reason).toContain('slipway quarantine release shop checkout 2.0.0')
    expect(run.effects()).toEqual([])
  })

  it('lets in what takes back, and everything while nobody can say', async () => {
    const rollback = fakeRun({ ...runOf([deployStage('checkout')]), rollbackOf: 'shop-0' })
    rollback.store.quarantine.set(releaseKey(v2), entry)
    expect((await rollback.run()).status).toBe('succeeded')
    const blind = fakeRun(runOf([deployStage('checkout')]))
    blind.store.down = true
    blind.world.at(minute, () => {
      blind.store.down = false
    })
    expect((await blind.run()).status).toBe('succeeded')
  })
})
