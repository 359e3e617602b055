import { describe, expect, it } from 'vitest'
import { deployStage, runOf, v1, v2, waitStage } from '../../test/fakes/pipelines.ts'
import { fakeRun } from '../../test/fakes/run.ts'

describe('a deployment', () => {
  it('replaces the stable version with as many instances as it had', async () => {
    const run = fakeRun(runOf([deployStage('checkout')]))
    const { status, stages } = await run.run()
    expect(status).toBe('succeeded')
    expect(stages[0]!.outputs).toEqual({ release: v2, previousRelease: v1 })
    expect(run.effects()).toEqual(['stable 2.0.0 x4', 'stable 100'])
  })

  it('takes as many instances as the pipeline says, else as the target is configured for', async () => {
    const run = fakeRun(runOf([deployStage('checkout', { instances: 7 }), deployStage('new')]))
    await run.run()
    expect(run.effects().filter(what => what.includes(' x'))).toEqual(['stable 2.0.0 x7', 'stable 2.0.0 x2'])
  })

  it('goes back when the new version does not get healthy', async () => {
    const run = fakeRun(runOf([deployStage('checkout')]))
    run.target.broken.add('2.0.0')
    const { status, reason } = await run.run()
    expect(status).toBe('rolled-back')
    expect(reason).toContain('never became healthy')
    expect(run.target.state('checkout').clusters[0]!.release).toEqual(v1)
  })

  it('leaves a first version that serves, for want of an older one', async () => {
    const run = fakeRun(runOf([deployStage('new'), waitStage('wait', { for: 60_000 })]))
    run.world.at(1_000, () => run.steering.rollback({ by: 'ann' }))
    const { status } = await run.run()
    expect(status).toBe('rolled-back')
    expect(run.target.state('new')).toMatchObject({ clusters: [{ role: 'stable' }], weights: { stable: 100 } })
  })

  it('cannot tell, and is undone, when the target cannot be reached', async () => {
    const run = fakeRun(runOf([deployStage('checkout')]))
    run.target.fail = (verb, what) => (verb === 'route' && what === 'stable 100' ? 'the router is gone' : null)
    const { status, reason } = await run.run()
    expect(status).toBe('errored')
    expect(reason).toContain('the router is gone')
    expect(reason).toContain('could not be undone: put checkout on eu back to 1.0.0')
  })
})

describe('two stages that change one service', () => {
  it('take turns, in the order in which they came', async () => {
    const run = fakeRun(
      runOf([
        deployStage('first', { service: 'checkout', needs: [] }),
        deployStage('second', { service: 'checkout', needs: [], release: { version: '3.0.0', command: ['run', '3'] } }),
      ]),
    )
    const { status } = await run.run()
    expect(status).toBe('succeeded')
    expect(run.effects()).toEqual(['stable 2.0.0 x4', 'stable 100', 'stable 3.0.0 x4', 'stable 100'])
    expect(run.story()).toContain('stage.status second queued')
  })
})
