import { describe, expect, it } from 'vitest'
import { expectOnly, until } from '../fakes/engine.ts'
import { engineForEachTest } from '../fakes/engine-for-each-test.ts'
import { quickCanary, v1 } from '../fakes/pipelines.ts'

const engine = engineForEachTest()

describe('a canary on Temporal', () => {
  it('promotes a good version, and everything is recorded when the run closes', async () => {
    const run = await engine.start([quickCanary()])
    const { status, reason, stages } = await run.result()
    expect({ status, reason }).toEqual({ status: 'succeeded', reason: null })
    expect(stages[0]!.outputs.verdict).toBe('pass')
    expectOnly(engine, '2.0.0')
    expect(engine.store.executions.get(run.id)).toMatchObject({ status: 'succeeded' })
    const events = engine.store.events(run.id)
    expect(events.filter(event => event.kind !== 'canary.look').map(event => event.sequence)).toEqual(
      events.filter(event => event.kind !== 'canary.look').map((_, index) => index + 1),
    )
    const looks = events.filter(event => event.kind === 'canary.look').length
    expect(engine.store.evidence(run.id)).toHaveLength(2 * looks)
  })

  it('is promoted by one activity when that is quick, and tells each change of traffic', async () => {
    const run = await engine.start([quickCanary()])
    await run.result()
    const { events } = await engine.server.client.workflow.getHandle(run.id).fetchHistory()
    const names = events!.map(event => event.activityTaskScheduledEventAttributes?.activityType?.name)
    const acts = names.filter(name => name !== undefined && name !== 'record')
    expect(acts.slice(acts.lastIndexOf('look') + 1)).toEqual(['shift'])
    const weights = engine.store.events(run.id).filter(({ kind }) => kind === 'weights.changed')
    expect(weights.slice(-2).map(({ data }) => data.weights)).toEqual([{ canary: 100 }, { stable: 100 }])
  })

  it('takes a bad version back', async () => {
    engine.metrics.behaviour = { '1.0.0': 0.01, '2.0.0': 0.2 }
    const run = await engine.start([quickCanary()])
    const { status } = await run.result()
    expect(status).toBe('rolled-back')
    expectOnly(engine, '1.0.0')
  })

  // mutation: without activities/targets/sane.ts the reason is what our own code stumbled over.
  it('of a service whose state makes no sense ends with the reason, and the others go on', async () => {
    engine.target.seed('odd', v1, 4)
    const { current } = engine.target
    const nonsense = { weights: { stable: 'all' }, clusters: [null] }
    engine.target.current = async service => ({
      ...(await current(service)),
      ...(service === 'odd' ? (nonsense as never) : {}),
    })
    const [odd, other] = await Promise.all([
      engine.start([quickCanary({ service: 'odd' })]),
      engine.start([quickCanary()]),
    ])
    const { status, reason } = await odd!.result()
    expect([status, reason]).toEqual(['errored', expect.stringMatching(/odd on eu runs makes no sense: clusters/)])
    expect((await other!.result()).status).toBe('succeeded')
  })

  it('is held for lack of evidence, refuses nothing twice, and is promoted by an update', async () => {
    engine.metrics.behaviour = {}
    const run = await engine.start([quickCanary({ steps: [{ weight: 10, for: 600 }], bake: 1_000 })])
    await expect(run.promote()).rejects.toMatchObject({
      cause: { message: expect.stringMatching('there is nothing to promote') },
    })
    await until('it is held', async () => (await run.state()).status === 'held')
    expect((await run.promote()).id).toBe(run.id)
    await expect(run.promote()).rejects.toThrow()
    const { status } = await run.result()
    expect(status).toBe('succeeded')
    expectOnly(engine, '2.0.0')
  })

  it('goes on where it was when its worker is replaced in the middle', async () => {
    const run = await engine.start([quickCanary({ bake: 1_000 })])
    for (const phase of ['analysing', 'baking']) {
      await until(`it is ${phase}`, async () => (await run.state()).stages[0]!.progress?.phase === phase)
      await engine.pause()
      await engine.resume()
    }
    const { status } = await run.result()
    expect(status).toBe('succeeded')
    expectOnly(engine, '2.0.0')
  })

  it('goes on when its worker is replaced while it starts instances, or is held', async () => {
    engine.metrics.behaviour = {}
    let interrupted = 0
    engine.target.applying = (what, op) => {
      if (what !== 'canary 2.0.0 x1' || interrupted > 0) return Promise.resolve()
      interrupted += 1
      return new Promise(resolve => op.signal.addEventListener('abort', () => resolve()))
    }
    const run = await engine.start([quickCanary({ steps: [{ weight: 10, for: 600 }] })])
    await until('an apply is under way', () => interrupted === 1)
    await engine.pause()
    await engine.resume()
    await until('it is held', async () => (await run.state()).status === 'held')
    await engine.pause()
    await engine.resume()
    expect((await run.state()).status).toBe('held')
    await run.promote()
    expect((await run.result()).status).toBe('succeeded')
    expectOnly(engine, '2.0.0')
  })

  it('sends nobody away while the store is down, and closes when everything is recorded', async () => {
    engine.store.down = true
    const run = await engine.start([quickCanary()])
    await until('the new version has all traffic', () => {
      const [stable] = engine.target.state('checkout').clusters
      return stable?.release.version === '2.0.0'
    })
    await until('the run has ended', async () => (await run.state()).status === 'succeeded')
    expect(engine.store.executions.size).toBe(0)
    engine.store.down = false
    await run.result()
    expect(engine.store.executions.get(run.id)!.status).toBe('succeeded')
    const looks = engine.store.events(run.id).filter(event => event.kind === 'canary.look')
    expect(looks.length).toBeGreaterThan(5)
    expect(engine.store.evidence(run.id)).toHaveLength(2 * looks.length)
  })
})
