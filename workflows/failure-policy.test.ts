import { describe, expect, it } from 'vitest'
import type { Stage } from '../pipeline/schema/stage.ts'
import { deployStage, runOf, v1, waitStage } from '../test/fakes/pipelines.ts'
import { fakeRun } from '../test/fakes/run.ts'
import { failed, succeeded } from './outcome.ts'
import type { StageRegistry, StageRun } from './stages/stage.ts'

function runWith(stages: Stage[], run: StageRun) {
  return fakeRun(runOf(stages), { registry: { wait: run } as StageRegistry })
}

/** `bad` fails after a second; `behind` needs it; `beside` and what follows it do not. */
async function ends(onFailure: Stage['onFailure'], outcome: () => Promise<never> | ReturnType<typeof failed>) {
  const stages = [
    waitStage('bad', { needs: [], ...(onFailure === undefined ? {} : { onFailure }) }),
    waitStage('behind', { needs: ['bad'] }),
    waitStage('beside', { needs: [] }),
    waitStage('after', { needs: ['beside'] }),
  ]
  const run = runWith(stages, async ({ id }, { world }) => {
    await world.sleep(id === 'bad' ? 1_000 : 5_000)
    return id === 'bad' ? outcome() : succeeded()
  })
  const { status, reason, stages: ended } = await run.run()
  return { status, reason, stages: ended.map(stage => `${stage.id} ${stage.status}`) }
}

const no = () => failed('it is bad')

describe('onFailure', () => {
  it('fail, which is the default: the run ends, what runs is canceled', async () => {
    const expected = {
      status: 'failed',
      reason: 'bad: it is bad',
      stages: ['bad failed', 'behind skipped', 'beside canceled', 'after skipped'],
    }
    expect(await ends(undefined, no)).toEqual(expected)
    expect(await ends('fail', no)).toEqual(expected)
  })

  it('fail-branch: what needs it does not start, the rest goes on, the run may succeed', async () => {
    expect(await ends('fail-branch', no)).toEqual({
      status: 'succeeded',
      reason: null,
      stages: ['bad failed', 'behind skipped', 'beside succeeded', 'after succeeded'],
    })
  })

  it('fail-at-end: what needs it does not start, the rest goes on, then the run fails', async () => {
    expect(await ends('fail-at-end', no)).toEqual({
      status: 'failed',
      reason: 'bad: it is bad',
      stages: ['bad failed', 'behind skipped', 'beside succeeded', 'after succeeded'],
    })
  })

  it('continue: what needs it starts all the same, the run may succeed', async () => {
    const expected = {
      status: 'succeeded',
      reason: null,
      stages: ['bad failed', 'behind succeeded', 'beside succeeded', 'after succeeded'],
    }
    expect(await ends('continue', no)).toEqual(expected)
    const unknown = { ...expected, stages: ['bad errored', ...expected.stages.slice(1)] }
    expect(await ends('continue', () => Promise.reject(new Error('the wire is cut')))).toEqual(unknown)
  })

  it('says which stage kept another from starting', async () => {
    const stages = [
      waitStage('bad', { onFailure: 'fail-branch' }),
      waitStage('behind'),
      waitStage('far', { needs: ['behind'] }),
    ]
    const { stages: ended } = await runWith(stages, async ({ id }) => (id === 'bad' ? no() : succeeded())).run()
    expect(ended.map(({ reason }) => reason)).toEqual([
      'it is bad',
      'not started: stage bad ended failed',
      'not started: stage bad ended failed',
    ])
  })

  it('does not pass over what could not be undone', async () => {
    const stages = [waitStage('bad', { onFailure: 'continue' }), waitStage('behind')]
    const run = runWith(stages, async ({ id }, { undo }) => {
      undo.push({ what: 'put it back', run: () => Promise.reject(new Error('the wire is cut')) })
      return id === 'bad' ? no() : succeeded()
    })
    const { status, stages: ended } = await run.run()
    expect(status).toBe('errored')
    expect(ended.map(stage => stage.status)).toEqual(['errored', 'skipped'])
  })

  it('lets a cancel end everything all the same', async () => {
    const stages = [waitStage('a', { onFailure: 'continue', for: 60_000 }), waitStage('b')]
    const run = fakeRun(runOf(stages))
    run.world.at(1_000, () => run.steering.cancel({ by: 'ann' }))
    const { status, stages: ended } = await run.run()
    expect(status).toBe('canceled')
    expect(ended.map(stage => stage.status)).toEqual(['canceled', 'skipped'])
  })
})

describe('a group', () => {
  const deployments = (change: Partial<Stage> = {}) => {
    const group = { group: 'both' }
    return [
      deployStage('checkout', { ...group, needs: [] }),
      deployStage('search', { ...group, needs: ['checkout'] }),
      { ...waitStage('last', { ...group, needs: ['search'], timeout: 1 }), ...change } as Stage,
      waitStage('after', { needs: ['last'] }),
    ]
  }
  const seeded = (stages: Stage[]) => {
    const run = fakeRun(runOf(stages))
    run.target.seed('search', v1, 2)
    return run
  }
  const versions = (run: ReturnType<typeof seeded>) =>
    ['checkout', 'search'].map(service => run.target.state(service).clusters[0]!.release.version)
  const undone = (run: ReturnType<typeof seeded>) => run.story().filter(line => line.startsWith('undo.done'))

  it('succeeds together', async () => {
    const run = seeded(deployments({ timeout: 60_000 }))
    expect((await run.run()).status).toBe('succeeded')
    expect(versions(run)).toEqual(['2.0.0', '2.0.0'])
  })

  it('is taken back when one of it ends badly, newest first', async () => {
    const run = seeded(deployments())
    const { status, stages } = await run.run()
    expect(status).toBe('errored')
    expect(stages.map(stage => stage.status)).toEqual(['rolled-back', 'rolled-back', 'errored', 'skipped'])
    expect(versions(run)).toEqual(['1.0.0', '1.0.0'])
    expect(undone(run)).toEqual([
      'undo.done search put search on eu back to 1.0.0',
      'undo.done checkout put checkout on eu back to 1.0.0',
    ])
  })

  it('is taken back when the run is canceled before it is complete', async () => {
    const run = seeded(deployments({ timeout: 60_000, for: 30_000 } as Partial<Stage>))
    run.world.at(10_000, () => run.steering.cancel({ by: 'ann' }))
    const { status, stages } = await run.run()
    expect(status).toBe('canceled')
    expect(stages.map(stage => stage.status)).toEqual(['rolled-back', 'rolled-back', 'canceled', 'skipped'])
    expect(versions(run)).toEqual(['1.0.0', '1.0.0'])
  })

  it('stays when it was complete before the run ended badly', async () => {
    const stages = [...deployments({ timeout: 60_000 }), waitStage('late', { needs: ['after'], timeout: 1 })]
    const run = seeded(stages)
    expect((await run.run()).status).toBe('errored')
    expect(versions(run)).toEqual(['2.0.0', '2.0.0'])
  })

  it('is taken back alone when its failure is passed over', async () => {
    const stages = [...deployments({ onFailure: 'continue' }), waitStage('beside', { needs: [], for: 60_000 })]
    const run = seeded(stages)
    const { status, stages: ended } = await run.run()
    expect(status).toBe('succeeded')
    expect(ended.map(stage => stage.status)).toEqual([
      ...['rolled-back', 'rolled-back', 'errored', 'succeeded'],
      'succeeded',
    ])
    expect(versions(run)).toEqual(['1.0.0', '1.0.0'])
  })

  it('is taken back when a stage of it can never start', async () => {
    const stages = [
      deployStage('checkout', { group: 'both', needs: [] }),
      waitStage('bad', { needs: [], timeout: 1, onFailure: 'fail-branch' }),
      waitStage('never', { group: 'both', needs: ['bad'] }),
    ]
    const run = seeded(stages)
    const { status } = await run.run()
    expect(status).toBe('rolled-back')
    expect(versions(run)[0]).toBe('1.0.0')
  })

  it('is undone newest first among all others when the run is rolled back', async () => {
    const stages = [
      deployStage('checkout', { group: 'both', needs: [] }),
      deployStage('search', { needs: ['checkout'] }),
      waitStage('last', { group: 'both', needs: ['search'] }),
      waitStage('long', { for: 60_000 }),
    ]
    const run = seeded(stages)
    run.world.at(10_000, () => run.steering.rollback({ by: 'ann' }))
    expect((await run.run()).status).toBe('rolled-back')
    expect(undone(run)).toEqual([
      'undo.done search put search on eu back to 1.0.0',
      'undo.done checkout put checkout on eu back to 1.0.0',
    ])
  })
})
