import pino from 'pino'
import { beforeEach, describe, expect, test } from 'vitest'
import { fakeCatalog } from '../../test/fakes/catalog.ts'
import { type MemoryEngine, memoryEngine } from '../../test/fakes/memory-engine.ts'
import { type MemoryStore, memoryStore } from '../../test/fakes/memory-store.ts'
import type { Definition } from '../definitions/definition.ts'
import { definitionHash } from '../definitions/definition-hash.ts'
import { reconcile } from './reconciler.ts'
import { createStarter, type Starter, type StartOrder } from './start.ts'

const pipeline = { name: 'shop', application: 'store', stages: [{ id: 'rest', type: 'wait' as const, for: 1 }] }
const valid: Definition = {
  ...{ name: 'shop', source: 'shop.yaml', origin: '/pipelines', revision: 'r1', text: '', problems: [], pipeline },
  refused: null,
  definitionHash: definitionHash(pipeline),
}
const order: StartOrder = { pipeline: 'shop', principal: 'ci', idempotencyKey: 'build-1', parameters: {} }

let store: MemoryStore
let engine: MemoryEngine
let definition: Definition | null
let starter: Starter

beforeEach(() => {
  store = memoryStore()
  engine = memoryEngine()
  definition = valid
  const catalog = fakeCatalog(() => definition)
  starter = createStarter({ store, engine, catalog, now: () => new Date(0), log: pino({ level: 'silent' }) })
})

describe('one key is one run', () => {
  test('1,000 requests at once start one workflow and get one answer', async () => {
    const answers = await Promise.all(Array.from({ length: 1_000 }, () => starter.start(order)))
    expect(engine.starts).toHaveLength(1)
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1)
    expect(new Set(answers.map(({ execution }) => JSON.stringify(execution))).size).toBe(1)
  })

  test('1,000 requests at 1,000 servers start one workflow', async () => {
    const catalog = fakeCatalog(() => definition)
    const servers = Array.from({ length: 1_000 }, () =>
      createStarter({ store, engine, catalog, now: () => new Date(0), log: pino({ level: 'silent' }) }),
    )
    const answers = await Promise.all(servers.map(server => server.start(order)))
    expect(engine.starts).toHaveLength(1)
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1)
    expect(new Set(answers.map(({ execution }) => execution.id)).size).toBe(1)
  })

  test('a replay gets the first answer, however far the run has come', async () => {
    const first = await starter.start(order)
    store.add(
      { execution: first.execution.id, kind: 'execution.status', data: {} },
      { status: 'succeeded', endedAt: 'now' },
    )
    const again = await starter.start(order)
    expect(again).toEqual({ execution: first.execution, replayed: true })
  })

  test('a replay is answered even when the pipeline has been broken or removed since', async () => {
    const first = await starter.start(order)
    definition = { ...valid, pipeline: null, problems: [{ pointer: '', line: 1, column: 1, message: 'broken' }] }
    expect((await starter.start(order)).execution.id).toBe(first.execution.id)
    definition = null
    expect((await starter.start(order)).execution.id).toBe(first.execution.id)
  })

  test('the key with another body is refused, also at the same time', async () => {
    const other = { ...order, parameters: { version: '2' } }
    const settled = await Promise.allSettled([starter.start(order), starter.start(other)])
    expect(settled.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(engine.starts).toHaveLength(1)
  })

  test('without a key each request is its own run; another principal or pipeline has its own keys', async () => {
    const keyless: StartOrder = { pipeline: 'shop', principal: 'ci', parameters: {} }
    const orders = [keyless, keyless, order, { ...order, principal: 'cron' }]
    const ids = await Promise.all(orders.map(async each => (await starter.start(each)).execution.id))
    expect(new Set(ids).size).toBe(4)
  })
})

describe('no run is lost, and none is half there', () => {
  test('with the engine or the store away nothing is accepted', async () => {
    engine.down = true
    await expect(starter.start(order)).rejects.toMatchObject({ name: 'EngineUnavailable' })
    engine.down = false
    store.down = true
    await expect(starter.start(order)).rejects.toMatchObject({ name: 'StoreUnavailable' })
    store.down = false
    expect(await store.unstarted(0, 10)).toEqual([])
    expect(engine.starts).toEqual([])
  })

  test('an engine that goes away after the run was recorded does not make it a no: it starts later', async () => {
    const { begin } = store
    store.begin = async request => {
      const begun = await begin(request)
      engine.down = true
      return begun
    }
    const { execution } = await starter.start(order)
    expect(engine.starts).toEqual([])
    engine.down = false
    expect(await reconcile(store, engine)).toEqual([execution.id])
    expect(engine.starts).toEqual([execution.id])
    expect(await reconcile(store, engine)).toEqual([])
  })

  test('a run whose start was not confirmed is confirmed, not started again', async () => {
    store.started = async () => {
      throw new Error('the server died here')
    }
    const { execution } = await starter.start(order)
    store.started = async id => void store.startedIds.add(id)
    expect(await reconcile(store, engine)).toEqual([execution.id])
    expect(engine.starts).toEqual([execution.id])
  })

  test('a repeated request starts what the first one could not', async () => {
    const { begin } = store
    store.begin = async request => {
      const begun = await begin(request)
      engine.down = true
      return begun
    }
    await starter.start(order)
    store.begin = begin
    engine.down = false
    expect((await starter.start(order)).replayed).toBe(true)
    expect(engine.starts).toHaveLength(1)
  })
})
