import { setTimeout } from 'node:timers/promises'
import type { Stage, StageOf } from '../../pipeline/schema/stage.ts'
import type { TestEngine, TestRun } from '../fakes/engine.ts'
import { testTimings, until } from '../fakes/engine.ts'
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

  /** The others are of before a version that is replaced was one activity with its traffic. */
  async 'deployed-in-one-go'(engine) {
    engine.target.seed('search', v1, 2)
    const back = { id: 'back', type: 'rollback', target: 'eu', service: 'search', to: '1.0.0' } as const
    const recreated = deployStage('checkout', { strategy: 'recreate' })
    const stages = [recreated, { ...deployStage('search'), needs: [] }, { ...back, needs: ['search'] }]
    const run = await engine.start([
      ...stages,
      waitStage('wait', { for: 60_000, needs: ['checkout', 'back'] }),
    ] as Stage[])
    await until('it waits', async () => (await run.state()).stages[3]!.status === 'running')
    await run.signal('rollback')
    await run.result()
    return run
  },

  /** Those below are of before promotions that are quick were one activity. */
  async 'promoted-at-once'(engine) {
    engine.target.seed('search', v1, 2)
    const steps = [20, 40].map((weight, index) => ({ weight, for: index === 1 ? 300 : 0 }))
    // Its promotion takes longer than a change may be in force before it is told.
    engine.target.applying = async what => {
      if (what === 'canary 2.0.0 x2') await setTimeout(testTimings.tellAfter! + 100)
    }
    const run = await engine.start([quickCanary(), deployStage('search', { strategy: 'canary', steps })])
    await run.result()
    return run
  },

  /** Those below are of before events went along with what acts. */
  async 'events-go-along'(engine) {
    engine.target.seed('search', v1, 2)
    const steps = [20, 40, 60].map((weight, index) => ({ weight, for: index === 1 ? 300 : 0 }))
    const stages = [quickCanary(), deployStage('search', { strategy: 'canary', steps }), quickCanary({ id: 'again' })]
    const run = await engine.start(
      stages.map((stage, index) => (index === 2 ? { ...stage, needs: ['canary'] } : stage)),
    )
    await run.result()
    return run
  },

  /** Of when one id stood for all changes before it, and nothing else was patched. */
  async 'canaries-under-one-id'(engine) {
    engine.target.seed('search', v1, 2)
    const steps = [20, 50].map(weight => ({ weight, for: weight === 20 ? 0 : 300 }))
    const run = await engine.start([quickCanary({ bake: 800 }), deployStage('search', { strategy: 'canary', steps })])
    await run.result()
    return run
  },

  /** Those above and below are of before canaries asked less of Temporal. */
  async 'canaries-in-few-tasks'(engine) {
    engine.target.seed('search', v1, 2)
    const steps = [20, 50].map(weight => ({ weight, for: 300 }))
    const run = await engine.start([quickCanary({ bake: 800 }), deployStage('search', { strategy: 'canary', steps })])
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

  async 'every-strategy'(engine) {
    const release = (version: string) => ({ version, command: ['run'] })
    const deploy = (id: string, version: string, change: Partial<StageOf<'deploy'>>) =>
      deployStage(id, { service: 'checkout', release: release(version), ...change })
    const place = { target: 'eu', service: 'checkout' }
    const steps = [{ weight: 50, for: 200 }]
    const check = { path: '/', status: 200, attempts: 1, interval: 100 }
    const run = await engine.start([
      deploy('recreate', '2.0.0', { strategy: 'recreate' }),
      deploy('steps', '3.0.0', { strategy: 'canary', steps, bake: 200 }),
      deploy('blue-green', '4.0.0', { strategy: 'blue-green', bake: 200 }),
      deploy('preview', '5.0.0', { strategy: 'blue-green', switch: 'later' }),
      { id: 'promote', type: 'promote', ...place, role: 'preview', bake: 200 },
      { id: 'scale', type: 'scale', ...place, instances: 6 },
      { id: 'back', type: 'rollback', ...place, to: 'previous' },
      {
        id: 'verify',
        type: 'verify',
        ...place,
        checks: [{ kind: 'probe', role: 'stable', ...check }],
        onFailure: 'continue',
      },
    ] as Stage[])
    await run.result()
    return run
  },

  async 'outside-of-the-target'(engine) {
    const place = { target: 'eu', service: 'checkout' }
    const words = { success: ['DONE'], failure: [], canceled: [] }
    const poll = { path: '/builds/{id}', id: '$.id', interval: 100, status: '$.state', ...words }
    const run = await engine.start([
      deployStage('checkout'),
      { id: 'job', type: 'run', ...place, command: ['true'], env: {}, exitCodes: [0] },
      { id: 'build', type: 'webhook', connection: 'ci', method: 'POST', path: '/', contentType: 'text/plain', poll },
      { id: 'tell', type: 'notify', connections: ['chat'], message: 'built' },
      { id: 'child', type: 'pipeline', pipeline: 'other', parameters: {}, wait: true },
    ] as Stage[])
    await run.result()
    return run
  },

  async 'people-and-time'(engine) {
    const closed = { hours: { from: 0, to: 1 }, timezone: 'UTC' }
    const run = await engine.start([
      deployStage('checkout'),
      { id: 'ask', type: 'judgment', approvals: 1, fourEyes: false, onTimeout: 'reject', timeout: 60_000, inputs: {} },
      waitStage('window', { windows: [closed] }),
      waitStage('wait', { for: 60_000 }),
      { ...deployStage('search', { retry: { attempts: 2, backoff: 100 }, onFailure: 'continue' }) },
    ] as Stage[])
    const reached = (index: number, status: string) => async () => (await run.state()).stages[index]!.status === status
    await until('it asks', reached(1, 'waiting'))
    engine.target.seed('search', v1, 2)
    engine.target.broken.add('2.0.0')
    const { seen } = (await run.state()).stages[1]!.progress!.judgment!
    await run.update('judge', { stage: 'ask', decision: 'approve', seen })
    await until('it waits for its window', reached(2, 'queued'))
    await run.update('pause')
    await run.update('resume')
    await run.update('skip')
    await until('it waits', reached(3, 'running'))
    const now = Date.now()
    const freeze = { name: 'sale', reason: 'big day', from: now, until: now + 500, targets: null }
    await run.tell('freezes', [freeze])
    await run.update('skip')
    await run.result()
    return run
  },

  async 'canary-gated'(engine) {
    const gate = { connection: 'ci', metadata: {}, timeout: 5_000, every: 200 }
    const run = await engine.start([
      quickCanary({
        load: { command: ['load'], env: {}, for: 60_000 },
        gates: [
          { ...gate, name: 'change', at: 'before-rollout', path: '/gates' },
          { ...gate, name: 'smoke', at: 'before-increase', path: '/gates/once', onNo: 'hold' },
          { ...gate, name: 'owner', at: 'before-promotion', path: '/gates' },
          { ...gate, name: 'pager', at: 'on-rollback', path: '/gates' },
        ],
      }),
      waitStage('wait', { for: 60_000 }),
    ])
    await until('it waits', async () => (await run.state()).stages[1]!.status === 'running')
    await run.signal('rollback')
    await run.result()
    return run
  },
}
