import { describe, expect, it } from 'vitest'
import { expectOnly, until } from '../fakes/engine.ts'
import { engineForEachTest } from '../fakes/engine-for-each-test.ts'
import { deployStage, quickCanary, v1, waitStage } from '../fakes/pipelines.ts'

const engine = engineForEachTest()

describe('a cancel', () => {
  /** Holds up the effect until it is canceled. */
  const stuckAt = (effect: string) => {
    engine.target.applying = (what, op) =>
      what === effect ? new Promise(resolve => op.signal.addEventListener('abort', () => resolve())) : Promise.resolve()
  }
  const phaseIs = (phase: string) => async (run: { state(): Promise<unknown> }) =>
    JSON.stringify(await run.state()).includes(`"phase":"${phase}"`)

  const phases: Record<string, { prepare(): void; reached(run: { state(): Promise<unknown> }): Promise<boolean> }> = {
    'starting its instances': { prepare: () => stuckAt('canary 2.0.0 x1'), reached: phaseIs('starting') },
    'being analysed': { prepare: () => {}, reached: phaseIs('analysing') },
    'being held': {
      prepare: () => {
        engine.metrics.behaviour = {}
      },
      reached: phaseIs('held'),
    },
    'being promoted': { prepare: () => stuckAt('stable 2.0.0 x4'), reached: phaseIs('promoting') },
    baking: { prepare: () => {}, reached: phaseIs('baking') },
  }

  for (const [phase, { prepare, reached }] of Object.entries(phases))
    it(`returns to the old version while the canary is ${phase}`, async () => {
      prepare()
      const steps = [{ weight: 10, for: phase === 'being held' ? 600 : 4_000 }]
      const run = await engine.start([quickCanary({ bake: 20_000, steps })])
      await until(phase, () => reached(run))
      await run.signal('cancel', 'wrong one')
      const { status, reason } = await run.result()
      expect({ status, reason }).toEqual({ status: 'canceled', reason: 'canceled by ann: wrong one' })
      expectOnly(engine, '1.0.0')
    })

  it("that comes by Temporal's own means is one like any other", async () => {
    const run = await engine.start([quickCanary()])
    await until('it is analysed', () => phaseIs('analysing')(run))
    await engine.server.client.workflow.getHandle(run.id).cancel()
    expect((await run.result()).status).toBe('canceled')
    expectOnly(engine, '1.0.0')
  })

  it('before the worker comes is not lost', async () => {
    await engine.pause()
    const run = await engine.start([quickCanary()])
    await run.signal('cancel')
    await engine.resume()
    const { status } = await run.result()
    expect(status).toBe('canceled')
    expectOnly(engine, '1.0.0')
  })
})

it('a word that would change nothing any more is refused while the end of a run waits to be recorded', async () => {
  const run = await engine.start([waitStage('wait', { for: 200 })])
  engine.store.down = true
  await until('it has ended', async () => (await run.state()).status === 'succeeded')
  for (const word of ['pause', 'resume', 'skip'] as const) {
    const cause = { message: 'it has ended: succeeded' }
    await expect(run.update(word)).rejects.toMatchObject({ cause })
  }
  engine.store.down = false
  expect((await run.result()).status).toBe('succeeded')
  expect(engine.store.events(run.id).map(({ kind }) => kind)).not.toContain('message.received')
})

describe('a rollback', () => {
  it('takes back what had succeeded, newest first, after what was still open', async () => {
    engine.target.seed('search', v1, 2)
    const stages = [
      deployStage('checkout'),
      deployStage('search', { needs: ['checkout'] }),
      waitStage('wait', { for: 60_000 }),
    ]
    const run = await engine.start(stages)
    await until('it waits', async () => (await run.state()).stages[2]!.status === 'running')
    await run.signal('rollback', 'customers complain')
    const execution = await run.result()
    expect(execution.status).toBe('rolled-back')
    expect(execution.reason).toBe('rolled back by ann: customers complain')
    expect(execution.stages.map(({ id, status }) => `${id} ${status}`)).toEqual([
      'checkout rolled-back',
      'search rolled-back',
      'wait canceled',
    ])
    const undone = engine.target.done.filter(({ id }) => id.includes('undo')).map(({ id }) => id.split('/')[1])
    expect([...new Set(undone)]).toEqual(['search', 'checkout'])
    expectOnly(engine, '1.0.0')
  })

  it('leaves alone what somebody has replaced since', async () => {
    const run = await engine.start([deployStage('checkout'), waitStage('wait', { for: 60_000 })])
    await until('it waits', async () => (await run.state()).stages[1]!.status === 'running')
    engine.target.seed('checkout', { version: '3.0.0', command: ['run', '3'] }, 4)
    await run.signal('rollback')
    const { stages } = await run.result()
    expect(stages[0]).toMatchObject({ status: 'succeeded', reason: expect.stringContaining('runs 3.0.0 by now') })
    expectOnly(engine, '3.0.0')
  })

  it('that comes while the run waits for the store is still done', async () => {
    const run = await engine.start([deployStage('checkout')])
    engine.store.down = true
    await until('it has ended', async () => (await run.state()).status === 'succeeded')
    await run.signal('rollback')
    await until('it is rolled back', async () => (await run.state()).status === 'rolled-back')
    engine.store.down = false
    expect((await run.result()).status).toBe('rolled-back')
    expectOnly(engine, '1.0.0')
  })
})

describe('a failure', () => {
  it('cancels what runs beside it, and skips what comes after', async () => {
    engine.target.seed('search', v1, 2)
    engine.target.applying = async what => {
      if (what === 'stable 2.0.0 x4') await until('the other one runs', () => engine.target.done.length > 0)
    }
    engine.target.fail = (verb, what) => (verb === 'apply' && what === 'stable 2.0.0 x4' ? 'there is no room' : null)
    const stages = [
      waitStage('wait', { needs: [], for: 60_000 }),
      deployStage('checkout', { needs: [] }),
      waitStage('last', { needs: ['wait'] }),
    ]
    const run = await engine.start(stages)
    const execution = await run.result()
    expect(execution.status).toBe('errored')
    expect(execution.stages.map(({ id, status }) => `${id} ${status}`)).toEqual([
      'wait canceled',
      'checkout errored',
      'last skipped',
    ])
    expect(execution.reason).toContain('checkout: there is no room')
  })

  it('that lasts longer than patience ends as errored, and names what it could not undo', async () => {
    const run = await engine.start([quickCanary()])
    await until('it is analysed', async () => (await run.state()).stages[0]!.progress?.phase === 'analysing')
    engine.target.down = 'the host is gone'
    const { status, reason } = await run.result()
    expect(status).toBe('errored')
    expect(reason).toContain('could not be undone')
    expect(reason).toContain('the host is gone')
  })

  it('of a stage that takes longer than its timeout is an error', async () => {
    const run = await engine.start([quickCanary({ timeout: 700 })])
    const { status, reason } = await run.result()
    expect(status).toBe('errored')
    expect(reason).toContain('longer than its timeout of 0.7 s')
    expectOnly(engine, '1.0.0')
  })
})
