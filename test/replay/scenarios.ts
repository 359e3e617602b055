import type { TestEngine, TestRun } from '../fakes/engine.ts'
import { until } from '../fakes/engine.ts'
import { deployStage, quickCanary, v1, waitStage } from '../fakes/pipelines.ts'

/** Runs whose histories are kept: one of every stage type, and one of every way to end. */
export const scenarios: Readonly<Record<string, (engine: TestEngine) => Promise<TestRun>>> = {
  async 'stages-side-by-side'(engine) {
    engine.target.seed('search', v1, 2)
    const run = await engine.start(
      [
        deployStage('checkout', { release: { version: '${{ parameters.version }}', command: ['run', '2'] } }),
        deployStage('search', { needs: [] }),
        waitStage('wait', { for: 500, timeout: 60_000 }),
        waitStage('never', { when: '${{ 1 > 2 }}' }),
      ],
      { parameters: { version: '2.0.0' } },
    )
    await run.result()
    return run
  },

  async 'canary-promoted'(engine) {
    const run = await engine.start([quickCanary({ bake: 800 })])
    await run.result()
    return run
  },

  async 'canary-rolled-back'(engine) {
    engine.metrics.behaviour = { '1.0.0': 0.01, '2.0.0': 0.2 }
    const run = await engine.start([quickCanary()])
    await run.result()
    return run
  },

  async 'canary-held-then-promoted'(engine) {
    engine.metrics.behaviour = {}
    const run = await engine.start([quickCanary({ steps: [{ weight: 10, for: 600 }] })])
    await until('it is held', async () => (await run.state()).status === 'held')
    await run.promote()
    await run.result()
    return run
  },

  async 'canary-canceled'(engine) {
    const run = await engine.start([quickCanary()])
    await until('it is analysed', async () => (await run.state()).stages[0]!.progress?.phase === 'analysing')
    await run.signal('cancel', 'wrong one')
    await run.result()
    return run
  },

  async 'deployments-rolled-back'(engine) {
    engine.target.seed('search', v1, 2)
    const run = await engine.start([deployStage('checkout'), deployStage('search'), waitStage('wait', { for: 60_000 })])
    await until('it waits', async () => (await run.state()).stages[2]!.status === 'running')
    await run.signal('rollback')
    await run.result()
    return run
  },

  /** On a server that soon finds histories too long. */
  async 'canary-continued-as-new'(engine) {
    engine.metrics.behaviour = {}
    const run = await engine.start([quickCanary({ steps: [{ weight: 10, for: 3_000 }] })])
    await until('it is held', async () => (await run.state()).status === 'held')
    await run.signal('cancel')
    await run.result()
    return run
  },

  async 'store-down'(engine) {
    engine.store.down = true
    const run = await engine.start([quickCanary({ steps: [{ weight: 10, for: 4_000 }] })])
    await until('it has ended', async () => (await run.state()).status === 'succeeded', 60_000)
    engine.store.down = false
    await run.result()
    return run
  },
}
