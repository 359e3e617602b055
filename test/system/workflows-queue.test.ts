import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { askAgain } from '../../api/engine/ask-again.ts'
import { createTemporalEngine } from '../../api/engine/temporal-engine.ts'
import type { Execution } from '../../pipeline/execution.ts'
import type { Stage } from '../../pipeline/schema/stage.ts'
import type { QueueState } from '../../workflows/messages.ts'
import { queueId } from '../../workflows/messages.ts'
import type { TestEngine, TestRun } from '../fakes/engine.ts'
import { startEngine, until } from '../fakes/engine.ts'
import { runOf, waitStage } from '../fakes/pipelines.ts'
import type { TemporalServer } from '../temporal.ts'
import { startTemporal } from '../temporal.ts'

let server: TemporalServer
let engine: TestEngine

beforeAll(async () => {
  server = await startTemporal()
  engine = await startEngine(server)
})
afterAll(async () => {
  await engine?.stop()
  await server?.stop()
})

type WhenBusy = 'queue' | 'replace' | 'reject'

/** A pipeline of its own for each test. */
function pipeline(name: string, whenBusy: WhenBusy, limit = 1) {
  const start = (stages: Stage[], change = {}) => {
    const { definition } = runOf(stages)
    return engine.start(stages, { definition: { ...definition, name, concurrency: { limit, whenBusy } }, ...change })
  }
  const now = () => askAgain(() => server.client.workflow.getHandle(queueId(name)).query<QueueState>('queue'))
  /** Starts runs one by one, each when the one before is in line. */
  async function inLine(count: number, stages: Stage[]): Promise<TestRun[]> {
    const runs: TestRun[] = []
    for (let i = 0; i < count; i++) {
      const run = await start(stages)
      runs.push(run)
      await until('the queue knows it', async () => {
        const state = await now().catch((): QueueState => ({ running: [], waiting: [], refused: [] }))
        return JSON.stringify(state).includes(run.id) || (await run.state()).endedAt !== null
      })
    }
    return runs
  }
  return { start, now, inLine }
}

const long = waitStage('long', { for: 600_000 })

describe('the concurrency of a pipeline', () => {
  it('queues in order, tells the place in line, and lets a run leave it', async () => {
    const { now, inLine } = pipeline('fifo', 'queue')
    const [a, b, c, d] = (await inLine(4, [long])) as [TestRun, TestRun, TestRun, TestRun]
    await until('b knows', async () => (await b.state()).reason !== null)
    expect(await b.state()).toMatchObject({
      status: 'queued',
      reason: `waits for its turn: 1st in line, behind ${a.id}`,
    })
    expect((await c.state()).reason).toBe(`waits for its turn: 2nd in line, behind ${b.id}`)
    expect((await now()).waiting.map(({ execution }) => execution)).toEqual([b.id, c.id, d.id])
    await c.signal('cancel')
    expect(await c.result()).toMatchObject({ status: 'canceled', stages: [{ status: 'skipped' }] })
    await a.signal('cancel')
    await until('b runs', async () => (await b.state()).status === 'running')
    expect((await d.state()).status).toBe('queued')
    await b.signal('cancel')
    await until('d runs', async () => (await d.state()).status === 'running')
    await d.signal('cancel')
    await d.result()
    await until('nobody is left', async () => (await now()).running.length === 0)
  })

  it('passes over a run that died, and lets two in where the limit is two', async () => {
    const { inLine } = pipeline('dead', 'queue', 2)
    const [a, b, c] = (await inLine(3, [long])) as [TestRun, TestRun, TestRun]
    expect([(await a.state()).status, (await b.state()).status, (await c.state()).status]).toEqual([
      'running',
      'running',
      'queued',
    ])
    await a.terminate()
    await until('c runs', async () => (await c.state()).status === 'running')
    await Promise.all([b.signal('cancel'), c.signal('cancel')])
  })

  it('replaces what waits by the newest, and never interrupts what runs', async () => {
    const { inLine } = pipeline('newest', 'replace')
    const [a, b, c] = (await inLine(3, [long])) as [TestRun, TestRun, TestRun]
    const replaced = await b.result()
    expect(replaced).toMatchObject({ status: 'canceled', reason: expect.stringContaining(`${c.id} is newer`) })
    expect((await a.state()).status).toBe('running')
    await a.signal('cancel')
    await until('c runs', async () => (await c.state()).status === 'running')
    await c.signal('cancel')
  })

  it('rejects when it is busy, except what takes back', async () => {
    const { start, inLine } = pipeline('strict', 'reject')
    const [a, b] = (await inLine(2, [long])) as [TestRun, TestRun]
    const refused = await b.result()
    expect(refused).toMatchObject({ status: 'canceled', reason: expect.stringContaining(`busy with ${a.id}`) })
    const rollback = await start([waitStage('quick', { for: 10 })], { rollbackOf: a.id })
    expect((await rollback.result()).status).toBe('succeeded')
    await a.signal('cancel')
  })

  it('never runs more than the limit, however many come at once', async () => {
    const { start } = pipeline('crowd', 'queue', 2)
    const runs = await Promise.all(Array.from({ length: 8 }, () => start([waitStage('brief', { for: 300 })])))
    const ends = await Promise.all(runs.map(run => run.result()))
    expect(ends.every(({ status }) => status === 'succeeded')).toBe(true)
    const edges = ends.flatMap(({ stages: [stage] }) => [
      { at: Date.parse(stage!.startedAt!), change: 1 },
      { at: Date.parse(stage!.endedAt!), change: -1 },
    ])
    let running = 0
    for (const { change } of edges.sort((x, y) => x.at - y.at || x.change - y.change)) {
      running += change
      expect(running).toBeLessThanOrEqual(2)
    }
  })
})

describe('a freeze', () => {
  it('is the first thing that a run hears when it is started with it, and ends by itself', async () => {
    const frozen = { name: 'sale', reason: 'big day', from: 0, until: Date.now() + 4_000, targets: null }
    const input = runOf([waitStage('nap', { for: 10 })], `frozen-${process.pid}`)
    const api = createTemporalEngine(server.client)
    await api.start(input, {}, [frozen])
    const handle = server.client.workflow.getHandle(input.id)
    await until(
      'it is paused',
      async () => (await askAgain(() => handle.query<Execution>('state'))).status === 'paused',
    )
    const ended = (await handle.result()) as Execution
    expect(ended).toMatchObject({ status: 'succeeded' })
    expect(Date.parse(ended.stages[0]!.startedAt!)).toBeGreaterThanOrEqual(frozen.until)
  })

  it('reaches a run in flight, and lets it go when it is taken back or overridden', async () => {
    const api = createTemporalEngine(server.client)
    const always = { name: 'sale', reason: 'big day', from: 0, until: Date.now() + 600_000, targets: null }
    const stages = [waitStage('a', { for: 600_000 }), waitStage('b', { for: 10 })]
    const [first, second] = [await engine.start(stages), await engine.start(stages)]
    for (const run of [first, second]) {
      await until('it is in flight', async () => (await run.state()).stages[0]!.status === 'running')
      expect(await api.tellFreezes(run.id, [always])).toBe('delivered')
      await run.update('skip')
      await until('it is held', async () => (await run.state()).status === 'paused')
      expect(await run.state()).toMatchObject({
        reason: expect.stringContaining('frozen by sale'),
        stages: [{ status: 'succeeded' }, { status: 'pending' }],
      })
    }
    await api.tellFreezes(first.id, [])
    await api.overrideFreezes(second.id, { by: 'ann' })
    expect([(await first.result()).status, (await second.result()).status]).toEqual(['succeeded', 'succeeded'])
  })
})
