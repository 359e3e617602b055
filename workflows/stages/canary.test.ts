import { describe, expect, it } from 'vitest'
import { Refused } from '../../activities/failures.ts'
import { asTemplate, canaryStage, runOf, v1, v2 } from '../../test/fakes/pipelines.ts'
import type { FakeRun } from '../../test/fakes/run.ts'
import { fakeRun } from '../../test/fakes/run.ts'

const left = (id: string) => ({ id, fence: 0, signal: new AbortController().signal, progress: () => {} })

/** All traffic on one version, with its full capacity, and nothing else left. */
function expectOnly(run: FakeRun, version: string): void {
  const { clusters, weights } = run.target.state('checkout')
  expect(clusters.map(({ role, release, ready }) => `${role} ${release.version} x${ready}`)).toEqual([
    `stable ${version} x4`,
  ])
  expect(weights).toEqual({ stable: 100 })
}

const bad = { '2.0.0': 0.2 }
const alwaysOn = { fail: 'rollback', insufficient: 'promote', errored: 'promote' } as never
const silent = { '1.0.0': null, '2.0.0': null }
const unreadable = { '2.0.0': 'the provider is down' }

describe('a canary', { timeout: 30_000 }, () => {
  it('promotes a good version step by step: capacity, shift, drain, scale down', async () => {
    const run = fakeRun(runOf([canaryStage()]))
    const { status, stages } = await run.run()
    expect(status).toBe('succeeded')
    expect(stages[0]!.outputs).toMatchObject({ verdict: 'pass', release: v2, previousRelease: v1 })
    expectOnly(run, '2.0.0')
    expect(run.effects()).toEqual([
      'canary 2.0.0 x1',
      'baseline 1.0.0 x1',
      'stable 80, baseline 10, canary 10',
      'canary 2.0.0 x2',
      'baseline 1.0.0 x2',
      'baseline 50, canary 50',
      'canary 2.0.0 x4',
      'canary 100',
      'stable 2.0.0 x4',
      'stable 100',
      '-canary',
      '-baseline',
      '-previous',
    ])
  })

  it('has room for instances that somebody adds meanwhile', async () => {
    const run = fakeRun(runOf([canaryStage({ baseline: 'stable' })]))
    run.resize(5_000, 9)
    expect((await run.run()).status).toBe('succeeded')
    const canaries = run.effects().filter(what => what.startsWith('canary'))
    expect(canaries).toEqual([
      'canary 2.0.0 x1',
      ...['canary 2.0.0 x2', 'canary 2.0.0 x5'],
      ...['canary 2.0.0 x4', 'canary 2.0.0 x9', 'canary 100'],
    ])
  })

  it('takes a bad version back: traffic first, then capacity', async () => {
    const run = fakeRun(runOf([canaryStage()]), { behaviour: bad })
    const { status, reason, stages } = await run.run()
    expect(status).toBe('rolled-back')
    expect(reason).toMatch(/^canary: canary errors .* against .*: between .* points worse .*; it was rolled back$/)
    expect(stages[0]).toMatchObject({ status: 'rolled-back', outputs: { verdict: 'fail' } })
    expectOnly(run, '1.0.0')
    expect(run.effects()).toEqual([
      'canary 2.0.0 x1',
      'baseline 1.0.0 x1',
      'stable 80, baseline 10, canary 10',
      'stable 100',
      '-canary',
      '-baseline',
    ])
  })

  it('takes as long as its steps, whatever lies between them', async () => {
    const steps = [10, 20, 30].map(weight => ({ weight, for: 20_000 }))
    const run = fakeRun(runOf([canaryStage({ steps, onVerdict: alwaysOn })]), { behaviour: silent })
    const { shift, resolve } = run.world.activities
    run.world.activities.shift = async request => {
      await run.world.sleep(1_500)
      // What takes longer than a second is told change by change.
      return shift({ ...request, tellAfter: 0 })
    }
    run.world.activities.resolve = async request => {
      await run.world.sleep(1_000)
      return resolve(request)
    }
    // Nobody had time for it sooner.
    run.world.started -= 500
    const { stages, status } = await run.run()
    expect(status).toBe('succeeded')
    // Only the promotion comes on top: room for all, and the new stable version.
    expect(Date.parse(stages[0]!.endedAt!) - run.world.started).toBe(60_000 + 2 * 1_500)
  })

  it('fails at the look at which the harm is shown, not at the end of the step', async () => {
    const run = fakeRun(runOf([canaryStage()]), { behaviour: bad })
    const { stages } = await run.run()
    expect(Date.parse(stages[0]!.endedAt!) - Date.parse(stages[0]!.startedAt!)).toBeLessThan(10_000)
  })

  it('fails at once when a guardrail is broken', async () => {
    const stage = canaryStage()
    stage.analysis.guardrails = [{ metric: 'errors', above: 0.1, atLeast: 50 }]
    const run = fakeRun(runOf([stage]), { behaviour: bad })
    const { status, reason } = await run.run()
    expect(status).toBe('rolled-back')
    expect(reason).toContain('above the limit of 0.1')
    expect(run.store.events('shop-1').filter(event => event.kind === 'canary.look')).toHaveLength(1)
  })

  it('never passes without data: it is held, and rolled back when nobody decides', async () => {
    const run = fakeRun(runOf([canaryStage()]), { behaviour: silent })
    const { status, reason } = await run.run()
    expect(status).toBe('rolled-back')
    expect(reason).toContain('nobody decided in time')
    expect(run.story()).toContain('stage.status canary held')
    expectOnly(run, '1.0.0')
  })

  it('stays at its weight while it is held for lack of evidence, and is promoted when somebody says so', async () => {
    const run = fakeRun(runOf([canaryStage()]), { behaviour: silent })
    run.world.at(50_000, () => {
      expect(run.execution()).toMatchObject({
        status: 'held',
        stages: [{ status: 'held', progress: { phase: 'held' } }],
      })
      expect(run.target.state('checkout').weights).toEqual({ baseline: 50, canary: 50 })
      run.steering.checkPromote({ by: 'ann' })
      run.steering.promote({ by: 'ann', reason: 'looks fine' })
    })
    const { status, stages } = await run.run()
    expect(status).toBe('succeeded')
    expect(stages[0]!.reason).toBe('promoted by ann: looks fine')
    expectOnly(run, '2.0.0')
  })

  it('takes all traffic away, and keeps the capacity, while a failed one is held', async () => {
    const onVerdict = { fail: 'hold', insufficient: 'hold', errored: 'rollback' } as const
    const run = fakeRun(runOf([canaryStage({ onVerdict })]), { behaviour: bad })
    run.world.at(40_000, () => {
      expect(run.execution().status).toBe('held')
      expect(run.target.state('checkout').weights).toEqual({ stable: 100 })
      expect(
        run.target
          .state('checkout')
          .clusters.map(({ role }) => role)
          .sort(),
      ).toEqual(['baseline', 'canary', 'stable'])
    })
    const { status } = await run.run()
    expect(status).toBe('rolled-back')
    expectOnly(run, '1.0.0')
  })

  it('ends as errored, and is rolled back, when a critical metric cannot be read', async () => {
    const run = fakeRun(runOf([canaryStage({ steps: [{ weight: 10, for: 2_000 }] })]), { behaviour: unreadable })
    const { status, reason } = await run.run()
    expect(status).toBe('errored')
    expect(reason).toMatch(/the provider is down.*it was rolled back/)
    expectOnly(run, '1.0.0')
  })

  it('does what the pipeline says for want of evidence: promotes', async () => {
    const onVerdict = { fail: 'rollback', insufficient: 'promote', errored: 'rollback' } as const
    const run = fakeRun(runOf([canaryStage({ onVerdict })]), { behaviour: silent })
    const { status, stages } = await run.run()
    expect(status).toBe('succeeded')
    expect(stages[0]!.outputs.verdict).toBe('insufficient')
    expectOnly(run, '2.0.0')
  })

  it('promotes a failing version only when the pipeline ignores failures', async () => {
    const onVerdict = { fail: 'ignore', insufficient: 'hold', errored: 'rollback' } as const
    const run = fakeRun(runOf([canaryStage({ onVerdict, bake: 10_000 })]), { behaviour: bad })
    const { status, stages } = await run.run()
    expect(status).toBe('succeeded')
    expect(stages[0]!.outputs.verdict).toBe('fail')
    expectOnly(run, '2.0.0')
  })

  it('goes to all traffic at the first pass when told so', async () => {
    const run = fakeRun(runOf([canaryStage({ onPass: 'promote' })]))
    await run.run()
    expect(run.effects()).not.toContain('baseline 50, canary 50')
    expectOnly(run, '2.0.0')
  })

  it('compares with what runs already when told so', async () => {
    const run = fakeRun(runOf([canaryStage({ baseline: 'stable', steps: [{ weight: 30, for: 20_000 }] })]))
    const { status } = await run.run()
    expect(status).toBe('succeeded')
    expect(run.effects().slice(0, 2)).toEqual(['canary 2.0.0 x2', 'stable 70, canary 30'])
  })

  describe('that begins with copies of requests', () => {
    const copying = (change = {}) =>
      canaryStage({
        baseline: 'stable',
        steps: [
          { weight: 0, mirror: 50, for: 20_000 },
          { weight: 25, for: 20_000 },
        ],
        ...change,
      })

    it('has room for them, and gets none beside its first share', async () => {
      const run = fakeRun(runOf([copying()]))
      expect((await run.run()).status).toBe('succeeded')
      expectOnly(run, '2.0.0')
      expect(run.effects().slice(0, 4)).toEqual([
        'canary 2.0.0 x2',
        'stable 100, copies of 50',
        'canary 2.0.0 x1',
        'stable 75, canary 25',
      ])
    })

    it('fails on them before any client has met it, and is sent none afterwards', async () => {
      const run = fakeRun(runOf([copying()]), { behaviour: bad })
      expect((await run.run()).status).toBe('rolled-back')
      expectOnly(run, '1.0.0')
      expect(run.target.state('checkout').mirror).toBeUndefined()
      expect(run.effects()).toEqual(['canary 2.0.0 x2', 'stable 100, copies of 50', 'stable 100', '-canary'])
    })

    it('is refused before anything is started where the router turns out not to copy', async () => {
      const run = fakeRun(runOf([copying()]))
      run.target.mirrors = async () => {
        throw new Refused('it copies nothing')
      }
      expect(await run.run()).toMatchObject({ status: 'errored', reason: 'canary: it copies nothing' })
      expect(run.effects()).toEqual([])
      const weighted = fakeRun(runOf([canaryStage()]))
      weighted.target.mirrors = run.target.mirrors
      expect((await weighted.run()).status).toBe('succeeded')
    })

    it('clears away copies that a dead run has left', async () => {
      const run = fakeRun(runOf([canaryStage()]))
      await run.target.apply('checkout', { role: 'canary', release: v1, instances: 1 }, left('a'))
      await run.target.route('checkout', { stable: 100 }, { ...left('b'), mirror: 10 })
      await run.run()
      expect(run.effects().slice(2, 4)).toEqual(['stable 100', '-canary'])
    })
  })

  it('is promoted in the middle of a step when somebody asks for it', async () => {
    const run = fakeRun(runOf([canaryStage()]), { behaviour: silent })
    run.world.at(5_500, () => {
      run.steering.checkPromote({ by: 'ann' })
      run.steering.promote({ by: 'ann' })
    })
    const { status, stages } = await run.run()
    expect(status).toBe('succeeded')
    expect(Date.parse(stages[0]!.endedAt!) - Date.parse(stages[0]!.startedAt!)).toBeLessThan(6_000)
    expectOnly(run, '2.0.0')
  })

  it('is judged no more than once: a second promotion is refused', async () => {
    const run = fakeRun(runOf([canaryStage({ bake: 60_000 })]))
    const refusals: string[] = []
    const ask = () => {
      try {
        run.steering.checkPromote({ by: 'ann' })
      } catch (error) {
        refusals.push((error as Error).message)
      }
    }
    run.target.applying = async what => {
      if (what.startsWith('canary 2.0.0 x1')) ask()
    }
    run.world.at(40_000, ask)
    await run.run()
    expect(refusals).toEqual([
      'there is nothing to promote: canary is still starting',
      'there is nothing to promote: canary is promoted already',
    ])
  })

  it('fails a version that does not get healthy', async () => {
    const run = fakeRun(runOf([canaryStage()]))
    run.target.broken.add('2.0.0')
    const { status, reason } = await run.run()
    expect(status).toBe('rolled-back')
    expect(reason).toContain('never became healthy')
    expectOnly(run, '1.0.0')
  })

  it('cannot tell anything when the baseline does not get healthy', async () => {
    const run = fakeRun(runOf([canaryStage()]))
    run.target.broken.add('1.0.0')
    const { status, reason } = await run.run()
    expect(status).toBe('errored')
    expect(reason).toContain('no baseline to compare with')
  })

  it('deploys directly when there is nothing to compare with', async () => {
    const run = fakeRun(runOf([canaryStage({ service: 'new' })]))
    const { status, stages } = await run.run()
    expect(status).toBe('succeeded')
    expect(stages[0]!.outputs.verdict).toBe('insufficient')
    expect(stages[0]!.reason).toContain('first deployment')
    expect(run.target.state('new')).toMatchObject({
      clusters: [{ role: 'stable', ready: 2 }],
      weights: { stable: 100 },
    })
  })

  it('leaves nothing of a first deployment that does not get healthy', async () => {
    const run = fakeRun(runOf([canaryStage({ service: 'new' })]))
    run.target.broken.add('2.0.0')
    const { status } = await run.run()
    expect(status).toBe('rolled-back')
    expect(run.target.state('new').clusters).toEqual([])
  })

  it('has nothing to do when the release runs already', async () => {
    const run = fakeRun(runOf([canaryStage({ release: asTemplate(v1) })]))
    const { status, stages } = await run.run()
    expect(status).toBe('succeeded')
    expect(stages[0]!.reason).toContain('runs 1.0.0 already')
    expect(run.effects()).toEqual([])
  })

  it('clears away what a dead run has left before it begins', async () => {
    const run = fakeRun(runOf([canaryStage()]))
    const op = { id: 'old', fence: 1, signal: new AbortController().signal, progress: () => {} }
    await run.target.apply('checkout', { role: 'canary', release: v2, instances: 1 }, op)
    await run.target.route('checkout', { stable: 60, canary: 40 }, { ...op, id: 'old-2' })
    await run.run()
    expect(run.effects().slice(2, 4)).toEqual(['stable 100', '-canary'])
    expectOnly(run, '2.0.0')
  })
})

describe('the bake of a canary', { timeout: 30_000 }, () => {
  it('keeps the old version warm until it is over', async () => {
    const run = fakeRun(runOf([canaryStage({ bake: 30_000 })]))
    run.world.at(20_000, () => {
      expect(run.execution().stages[0]!.progress!.phase).toBe('baking')
      expect(
        run.target
          .state('checkout')
          .clusters.map(({ role }) => role)
          .sort(),
      ).toEqual(['previous', 'stable'])
    })
    const { status } = await run.run()
    expect(status).toBe('succeeded')
    expectOnly(run, '2.0.0')
  })

  it('takes the release back when harm shows only now, at once on the warm old version', async () => {
    const run = fakeRun(runOf([canaryStage({ bake: 60_000 })]))
    run.world.at(20_000, () => {
      run.metrics.behaviour = { '1.0.0': 0.01, '2.0.0': 0.2 }
    })
    const { status, reason } = await run.run()
    expect(status).toBe('rolled-back')
    expect(reason).toContain('fail after the promotion')
    expect(run.effects().slice(-5)).toEqual(['-baseline', 'previous 100', 'stable 1.0.0 x4', 'stable 100', '-previous'])
    expectOnly(run, '1.0.0')
  })

  it('sees no harm in the error rate the old version had', async () => {
    const run = fakeRun(runOf([canaryStage({ bake: 120_000 })]), { behaviour: { '1.0.0': 0.02, '2.0.0': 0.02 } })
    expect((await run.run()).status).toBe('succeeded')
  })
})

describe('a canceled canary', { timeout: 30_000 }, () => {
  for (const second of [0, 3, 8, 11, 13, 15, 20, 30])
    it(`ends on the old version, whenever it is: after ${second} s`, async () => {
      const run = fakeRun(runOf([canaryStage({ bake: 60_000 })]))
      run.world.at(second * 1_000 + 500, () => run.steering.cancel({ by: 'ann', reason: 'wrong one' }))
      const { status, reason } = await run.run()
      expect(status).toBe('canceled')
      expect(reason).toBe('canceled by ann: wrong one')
      expectOnly(run, '1.0.0')
    })

  it('ends on the old version, whichever effect it interrupts', async () => {
    const all = fakeRun(runOf([canaryStage()]))
    await all.run()
    for (const interrupted of new Set(all.effects())) {
      const run = fakeRun(runOf([canaryStage()]))
      const cancel = () => run.steering.cancel({ by: 'ann' })
      run.target.fail = (_, what) => {
        if (what === interrupted.replace('-', '')) queueMicrotask(cancel)
        return null
      }
      const { status } = await run.run()
      expect(status).toBe('canceled')
      expectOnly(run, '1.0.0')
    }
  })

  it('names what it could not undo, and undoes the rest', async () => {
    const run = fakeRun(runOf([canaryStage()]), { behaviour: bad })
    run.target.fail = (verb, what) => (verb === 'route' && what === 'stable 100' ? 'the router says no' : null)
    const { status, reason } = await run.run()
    expect(status).toBe('errored')
    expect(reason).toContain('return all traffic of checkout on eu to 1.0.0 (the router says no)')
    expect(run.story().filter(line => line.startsWith('undo'))).toEqual([
      'undo.started canary return all traffic of checkout on eu to 1.0.0',
      'undo.failed canary return all traffic of checkout on eu to 1.0.0',
      'undo.started canary remove what the canary of checkout on eu has started',
      'undo.failed canary remove what the canary of checkout on eu has started',
    ])
  })
})
