import { describe, expect, it } from 'vitest'
import { canaryStage, runOf, waitStage } from '../test/fakes/pipelines.ts'
import { fakeRun } from '../test/fakes/run.ts'

const ann = { by: 'ann' }

/** When things happened, in seconds from the start. */
function clock(run: ReturnType<typeof fakeRun>) {
  const start = run.world.now()
  return (timestamp: string | null) => (timestamp === null ? null : (Date.parse(timestamp) - start) / 1_000)
}

function statuses(run: ReturnType<typeof fakeRun>): string[] {
  return run
    .story()
    .filter(line => line.startsWith('execution.status'))
    .map(line => line.replace('execution.status ', ''))
}

describe('a paused run', () => {
  it('starts no stage until it is resumed; what runs goes on', async () => {
    const run = fakeRun(runOf([waitStage('a', { for: 5_000 }), waitStage('b')]))
    const at = clock(run)
    run.world.at(1_000, () => run.steering.pause({ by: 'ann', reason: 'a moment' }))
    run.world.at(60_000, () => run.steering.resume())
    const { status, stages } = await run.run()
    expect(status).toBe('succeeded')
    expect(stages.map(({ startedAt, endedAt }) => [at(startedAt), at(endedAt)])).toEqual([
      [0, 5],
      [60, 61],
    ])
  })

  it('says so, by whom and why', async () => {
    const run = fakeRun(runOf([waitStage('a', { for: 5_000 }), waitStage('b')]))
    let seen = run.execution()
    run.world.at(1_000, () => run.pause({ by: 'ann', reason: 'a moment' }))
    run.world.at(10_000, () => {
      seen = run.execution()
      run.resume()
    })
    await run.run()
    expect(seen).toMatchObject({ status: 'paused', reason: 'paused by ann: a moment' })
    expect(statuses(run)).toEqual(['running', 'paused', 'running', 'succeeded'])
  })

  it('can be canceled', async () => {
    const run = fakeRun(runOf([waitStage('a'), waitStage('b')]))
    run.world.at(500, () => run.pause(ann))
    run.world.at(60_000, () => run.steering.cancel(ann))
    const { status, stages } = await run.run()
    expect(status).toBe('canceled')
    expect(stages.map(stage => stage.status)).toEqual(['succeeded', 'skipped'])
  })

  it('is not paused twice, nor resumed when it is not paused', () => {
    const { steering } = fakeRun(runOf([waitStage('a')]))
    expect(() => steering.checkResume()).toThrow('it is not paused')
    steering.pause({ by: 'ann', reason: 'lunch' })
    expect(() => steering.checkPause()).toThrow('it is paused by ann: lunch already')
    steering.cancel(ann)
    expect(() => steering.checkPause()).toThrow('it is ending: canceled by ann')
    expect(() => steering.checkResume()).toThrow('it is not paused')
  })
})

describe('a canary of a paused run', () => {
  const steps = [
    { weight: 10, for: 20_000 },
    { weight: 50, for: 20_000 },
  ]

  it('stays at its step, and climbs when the run is resumed', async () => {
    const run = fakeRun(runOf([canaryStage({ steps })]))
    run.world.at(5_000, () => run.pause(ann))
    run.world.at(60_000, () => run.resume())
    const seen: unknown[] = []
    run.world.at(50_000, () => seen.push(run.execution().stages[0]!.progress))
    const { status, stages } = await run.run()
    expect(status).toBe('succeeded')
    expect(seen).toMatchObject([{ phase: 'paused', weights: { stable: 80, baseline: 10, canary: 10 } }])
    expect(Date.parse(stages[0]!.endedAt!) - Date.parse(stages[0]!.startedAt!)).toBeGreaterThan(60_000)
  })

  it('is taken back all the same when it does harm', async () => {
    const run = fakeRun(runOf([canaryStage({ steps })]), { behaviour: { '2.0.0': 0.01 } })
    run.world.at(5_000, () => run.pause(ann))
    run.world.at(40_000, () => {
      run.metrics.behaviour = { '1.0.0': 0.01, '2.0.0': 0.5 }
    })
    const { status, stages } = await run.run()
    expect(status).toBe('rolled-back')
    expect(Date.parse(stages[0]!.endedAt!) - Date.parse(stages[0]!.startedAt!)).toBeLessThan(80_000)
    expect(run.target.state('checkout')).toMatchObject({ weights: { stable: 100 } })
  })

  it('is promoted when somebody says so', async () => {
    const run = fakeRun(runOf([canaryStage({ steps })]))
    run.world.at(5_000, () => run.pause(ann))
    run.world.at(40_000, () => run.steering.promote(ann))
    expect((await run.run()).status).toBe('succeeded')
    expect(run.target.state('checkout').clusters[0]!.release.version).toBe('2.0.0')
  })

  it('can be canceled', async () => {
    const run = fakeRun(runOf([canaryStage({ steps })]))
    run.world.at(5_000, () => run.pause(ann))
    run.world.at(40_000, () => run.steering.cancel(ann))
    expect((await run.run()).status).toBe('canceled')
    expect(run.target.state('checkout')).toMatchObject({ weights: { stable: 100 } })
  })
})

describe('skip', () => {
  it('ends a wait now', async () => {
    const run = fakeRun(runOf([waitStage('a', { for: 60_000 }), waitStage('b')]))
    const at = clock(run)
    run.world.at(5_000, () => run.steering.skip({ by: 'ann', reason: 'long enough' }))
    const { status, stages } = await run.run()
    expect(status).toBe('succeeded')
    expect(at(stages[0]!.endedAt)).toBe(5)
    expect(stages[0]!.reason).toBe('skipped by ann: long enough')
  })

  it('is refused when nothing waits, or it is not clear which is meant', async () => {
    const run = fakeRun(runOf([waitStage('a', { needs: [] }), waitStage('b', { needs: [] }), canaryStage()]))
    const refusals: string[] = []
    const tried = (stage?: string) => {
      try {
        run.steering.checkSkip(stage === undefined ? ann : { ...ann, stage })
      } catch (error) {
        refusals.push((error as Error).message)
      }
    }
    run.world.at(500, () => tried())
    run.world.at(5_000, () => tried())
    run.world.at(5_000, () => tried('canary'))
    await run.run()
    expect(refusals).toEqual([
      'several stages wait (a, b): name the stage',
      'there is nothing to skip: canary does not wait for anything that can be skipped',
      'there is nothing to skip: canary does not wait for anything that can be skipped',
    ])
  })
})

describe('windows', () => {
  /** The fake world begins on Thursday, 2026-01-01, at midnight in UTC. */
  const morning = { hours: { from: 9 * 60, to: 17 * 60 }, timezone: 'UTC' }

  it('keep a stage waiting until one opens', async () => {
    const run = fakeRun(runOf([waitStage('a', { windows: [morning] })]))
    let waiting = run.execution()
    run.world.at(60_000, () => {
      waiting = run.execution()
    })
    const at = clock(run)
    const { status, stages } = await run.run()
    const reason = 'waits for its window, which opens at 2026-01-01T09:00:00.000Z'
    expect(waiting).toMatchObject({
      ...{ status: 'running', reason: `a: ${reason}` },
      stages: [{ status: 'queued', reason }],
    })
    expect(status).toBe('succeeded')
    expect(at(stages[0]!.endedAt)).toBe(9 * 3_600 + 1)
  })

  it('can be skipped', async () => {
    const run = fakeRun(runOf([waitStage('a', { windows: [morning] })]))
    const at = clock(run)
    run.world.at(60_000, () => run.steering.skip(ann))
    const { stages } = await run.run()
    expect(at(stages[0]!.endedAt)).toBe(61)
  })

  it('are waited for again when a pause outlasts one', async () => {
    const run = fakeRun(runOf([waitStage('a', { windows: [morning] })]))
    const at = clock(run)
    run.world.at(60_000, () => run.pause(ann))
    run.world.at(20 * 3_600_000, () => run.resume())
    const { stages } = await run.run()
    expect(at(stages[0]!.endedAt)).toBe((24 + 9) * 3_600 + 1)
  })

  it('are not waited for by a stage that does not run at all', async () => {
    const run = fakeRun(runOf([waitStage('a', { windows: [morning], when: '${{ 1 > 2 }}' })]))
    const start = run.world.now()
    expect((await run.run()).stages[0]!.status).toBe('skipped')
    expect(run.world.now()).toBe(start)
  })
})
