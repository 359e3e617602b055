import { describe, expect, it } from 'vitest'
import { askAgain } from '../../api/engine/ask-again.ts'
import type { LockState } from '../../workflows/messages.ts'
import { lockId } from '../../workflows/messages.ts'
import { expectOnly, until } from '../fakes/engine.ts'
import { engineForEachTest } from '../fakes/engine-for-each-test.ts'
import { deployStage, quickCanary, waitStage } from '../fakes/pipelines.ts'

const engine = engineForEachTest()

const lock = () => engine.server.client.workflow.getHandle(lockId('eu', 'checkout'))
const lockNow = () => askAgain(() => lock().query<LockState>('lock'))

function version(name: string) {
  return { version: name, command: ['run', name] }
}

describe('the lock on a service', () => {
  it('lets one run in at a time, in the order in which they came', async () => {
    let open = () => {}
    const gate = new Promise<void>(resolve => {
      open = resolve
    })
    engine.target.applying = () => gate
    const runs = []
    for (const name of ['2.0.0', '3.0.0', '4.0.0']) {
      const run = await engine.start([deployStage('checkout', { release: version(name) })])
      runs.push(run)
      await until('it holds or waits', async () => {
        const { holder, queue } = await lockNow().catch(
          (): LockState => ({ holder: null, queue: [], fence: 0, warmUntil: null }),
        )
        return [holder, ...queue].some(claim => claim?.execution === run.id)
      })
    }
    const { holder, queue } = await lockNow()
    expect([holder!.execution, ...queue.map(claim => claim.execution)]).toEqual(runs.map(run => run.id))
    expect((await runs[1]!.state()).stages[0]).toMatchObject({
      status: 'queued',
      reason: `waits for ${runs[0]!.id}, which works on checkout on eu`,
    })
    open()
    const ends = await Promise.all(runs.map(run => run.result()))
    expect(ends.map(({ status }) => status)).toEqual(['succeeded', 'succeeded', 'succeeded'])
    expect(engine.target.done.filter(({ verb }) => verb === 'apply').map(({ what }) => what)).toEqual([
      'stable 2.0.0 x4',
      'stable 3.0.0 x4',
      'stable 4.0.0 x4',
    ])
    expectOnly(engine, '4.0.0')
  })

  it('is given up by a run that is canceled while it waits', async () => {
    const first = await engine.start([quickCanary()])
    await until('it holds', async () => (await first.state()).stages[0]!.progress?.phase === 'analysing')
    const second = await engine.start([deployStage('checkout')])
    await until('it waits', async () => (await second.state()).stages[0]!.status === 'queued')
    await second.signal('cancel')
    expect((await second.result()).status).toBe('canceled')
    await until('nobody waits', async () => (await lockNow()).queue.length === 0)
    expect((await first.result()).status).toBe('succeeded')
  })

  it('is taken from a run that is gone, and what it left is settled', async () => {
    const run = await engine.start([quickCanary({ steps: [{ weight: 10, for: 60_000 }] })])
    engine.metrics.behaviour = {}
    await until('it has traffic', () => engine.target.state('checkout').weights.canary === 10)
    const next = await engine.start([deployStage('checkout', { release: version('3.0.0') })])
    await until('the next one waits', async () => (await lockNow()).queue.length === 1)
    await run.terminate()
    expect((await next.result()).status).toBe('succeeded')
    expectOnly(engine, '3.0.0')
    const settled = engine.target.done.filter(({ id }) => id.startsWith('settle')).map(({ what }) => what)
    expect(settled).toEqual(['stable 100', 'canary', 'baseline'])
  })

  it('is given to nobody while what a dead run left is being settled', async () => {
    const run = await engine.start([quickCanary({ steps: [{ weight: 10, for: 60_000 }] })])
    engine.metrics.behaviour = {}
    await until('it has traffic', () => engine.target.state('checkout').weights.canary === 10)
    const { remove } = engine.target
    let open = () => {}
    const gate = new Promise<void>(resolve => {
      open = resolve
    })
    let settling = false
    engine.target.remove = async (...request) => {
      settling = true
      await gate
      return remove(...request)
    }
    await run.terminate()
    await until('it is being settled', () => settling)
    const late = await engine.start([deployStage('checkout', { release: version('3.0.0') })])
    await until('the next one waits', async () => (await lockNow()).queue.length === 1)
    expect((await lockNow()).holder).toBeNull()
    open()
    expect((await late.result()).status).toBe('succeeded')
    const order = engine.target.done.map(({ id, what }) => (id.startsWith('settle') ? 'settled' : what))
    expect(order.lastIndexOf('settled')).toBeLessThan(order.indexOf('stable 3.0.0 x4'))
    expectOnly(engine, '3.0.0')
  })

  it('keeps the old version of a run that died in its bake as long as it was to be warm, then removes it', async () => {
    const run = await engine.start([quickCanary({ bake: 6_000 })])
    await until('it bakes', async () => (await run.state()).stages[0]!.progress?.phase === 'baking')
    await until('the lock knows', async () => (await lockNow()).warmUntil !== null)
    const { warmUntil } = await lockNow()
    await run.terminate()
    await until('the holder is found dead', async () => (await lockNow()).holder === null)
    expect(
      engine.target
        .state('checkout')
        .clusters.map(({ role }) => role)
        .sort(),
    ).toEqual(['previous', 'stable'])
    await until('the old version is gone', () => engine.target.state('checkout').clusters.length === 1)
    expect(Date.now()).toBeGreaterThanOrEqual(warmUntil!)
    expectOnly(engine, '2.0.0')
  })

  it('is let go with the last record of its run, and needs no word of its own', async () => {
    const run = await engine.start([deployStage('checkout')])
    await run.result()
    expect((await lockNow()).holder).toBeNull()
    const { events } = await engine.server.client.workflow.getHandle(run.id).fetchHistory()
    expect(events!.filter(event => event.signalExternalWorkflowExecutionInitiatedEventAttributes)).toEqual([])
  })

  it('is let go at the end of a run whatever the store does', async () => {
    engine.target.applying = async () => {
      engine.store.down = true
    }
    const run = await engine.start([deployStage('checkout')])
    await until('it has ended', async () => (await run.state()).status === 'succeeded')
    const next = await engine.start([deployStage('checkout', { release: version('3.0.0') })])
    await until('the next one is done, too', async () => (await next.state()).status === 'succeeded')
    engine.store.down = false
    await Promise.all([run.result(), next.result()])
    expectOnly(engine, '3.0.0')
  })

  // A stage that follows would wait for it.
  it('is let go at once by a run that goes on', async () => {
    const stages = [deployStage('checkout'), waitStage('wait', { needs: ['checkout'], for: 60_000 })]
    const run = await engine.start(stages)
    await until('it waits', async () => (await run.state()).stages[1]!.status === 'running')
    await until('it has let go', async () => (await lockNow()).holder === null)
    await run.signal('cancel')
    await run.result()
  })

  // mutation: ending after `lockIdle` alone it comes back with the lower fence of the clock, and the target refuses its holder.
  it('ends itself when nobody wants it, and comes back with a higher fence, however often it was granted', async () => {
    for (const name of ['2.1.0', '2.2.0', '2.3.0'])
      await (await engine.start([deployStage('checkout', { release: version(name) })])).result()
    const { fence } = await lockNow()
    expect(fence).toBeGreaterThan(Date.now())
    await until('it has ended', async () => (await lock().describe()).status.name === 'COMPLETED')
    await (await engine.start([deployStage('checkout', { release: version('3.0.0') })])).result()
    expect((await lockNow()).fence).toBeGreaterThan(fence)
    expectOnly(engine, '3.0.0')
  })
})
