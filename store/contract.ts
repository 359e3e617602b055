import { setTimeout } from 'node:timers/promises'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { StoredEvidence } from '../pipeline/evidence.ts'
import type { Execution, ExecutionEvent } from '../pipeline/execution.ts'
import { lookSequence } from '../pipeline/execution.ts'
import type { ExecutionStatus } from '../pipeline/statuses.ts'
import { auditCursor } from './cursor.ts'
import { InvalidCursor, SchemaMismatch, StoreUnavailable } from './errors.ts'
import { migrate } from './migrate.ts'
import { migrations } from './migrations/migrations.ts'
import type { StoreOptions } from './postgres.ts'
import { openStore } from './postgres.ts'
import type { AuditEntry, ExecutionInput, RecordBatch, StartRequest, Store } from './store.ts'

/** A database of its own for the suite. */
export interface DatabaseUnderTest {
  url: string
  /** At once, as in a crash. */
  stop(): Promise<void>
  /** Resolves when it answers again. */
  start(): Promise<void>
}

/** What every database behind the store must hold. Run it inside a `describe`. */
export function storeContract(database: () => DatabaseUnderTest): void {
  let store: Store
  const opened: Store[] = []

  async function open(options?: StoreOptions): Promise<Store> {
    const another = await openStore(database().url, options)
    opened.push(another)
    return another
  }

  async function sql(text: string): Promise<Record<string, unknown>[]> {
    const client = new pg.Client({ connectionString: database().url })
    await client.connect()
    try {
      return (await client.query(text)).rows
    } finally {
      await client.end()
    }
  }

  beforeEach(async () => {
    await sql(empty)
    store = await open()
  })

  afterEach(async () => {
    await Promise.all(opened.splice(0).map(one => one.close()))
  })

  describe('begin', () => {
    test('records a new run as queued, with its stages pending', async () => {
      const begun = await store.begin(request())
      expect(begun).toMatchObject({
        outcome: 'new',
        execution: { id: 'checkout-1', pipeline: 'checkout', application: 'shop', status: 'queued', position: 0 },
      })
      const execution = await store.get('checkout-1')
      expect(execution?.stages.map(stage => [stage.id, stage.type, stage.status])).toEqual([
        ['canary', 'canary', 'pending'],
        ['us', 'deploy', 'pending'],
      ])
      expect(await store.input('checkout-1')).toEqual(input('checkout-1'))
      expect(await store.input('nobody')).toBeNull()
      expect(await store.get('nobody')).toBeNull()
    })

    test('answers the same request as before, and says whether the run was started', async () => {
      const { execution } = (await store.begin(request())) as { execution: Execution }
      expect(await store.begin(request())).toEqual({
        outcome: 'replay',
        execution,
        started: false,
        input: input('checkout-1'),
      })
      await store.started('checkout-1')
      await store.record(batch('checkout-1', 1, { status: 'running' }))
      expect(await store.begin(request())).toMatchObject({
        outcome: 'replay',
        started: true,
        execution: { status: 'running', position: 1 },
      })
    })

    test('refuses a key that was used for another body, and names its run', async () => {
      await store.begin(request())
      const other = { ...request(), bodyHash: 'other', input: input('checkout-2') }
      expect(await store.begin(other)).toEqual({ outcome: 'mismatch', execution: 'checkout-1' })
      expect(await store.get('checkout-2')).toBeNull()
    })

    test('keeps the keys of different principals apart', async () => {
      await store.begin(request())
      const begun = await store.begin({ ...request('checkout-2'), principal: 'other' })
      expect(begun.outcome).toBe('new')
    })

    test('of 1,000 callers with one key makes exactly one new, the others get the same answer', async () => {
      const second = await open()
      const calls = Array.from({ length: 1000 }, (_, index) => (index % 2 ? store : second).begin(request()))
      const begun = await Promise.all(calls)
      expect(begun.filter(one => one.outcome === 'new')).toHaveLength(1)
      expect(begun.filter(one => one.outcome === 'replay')).toHaveLength(999)
      expect(new Set(begun.map(one => JSON.stringify(one.execution))).size).toBe(1)
      expect((await store.list({}, 10, null)).items).toHaveLength(1)
    })

    test('lists what was accepted and not started, oldest first, once it is old enough', async () => {
      for (const id of ['a', 'b', 'c', 'd']) await store.begin(request(id, id))
      await store.started('b')
      await store.record(batch('c', 1, { status: 'running' }))
      expect((await store.unstarted(0, 10)).map(one => one.id)).toEqual(['a', 'd'])
      expect((await store.unstarted(0, 1)).map(one => one.id)).toEqual(['a'])
      expect(await store.unstarted(60_000, 10)).toEqual([])
    })

    test('takes a run whose workflow recorded something before the store knew of it', async () => {
      await store.record(batch('checkout-1', 3, { status: 'running' }))
      expect(await store.input('checkout-1')).toBeNull()
      expect(await store.begin(request())).toMatchObject({ outcome: 'new', execution: { status: 'running' } })
      expect(await store.input('checkout-1')).toEqual(input('checkout-1'))
      expect(await store.unstarted(0, 10)).toEqual([])
    })
  })

  describe('record', () => {
    test('keeps snapshot, events and evidence, and numbers the events from 1', async () => {
      const sent = batch('checkout-1', 2, { status: 'running' })
      await store.record({ ...sent, evidence: [evidence('checkout-1', 'canary', 1)] })
      expect(await store.get('checkout-1')).toEqual({ ...sent.snapshot, position: 2 })
      expect(await store.events(0, 10)).toEqual(sent.events.map((event, index) => ({ ...event, position: index + 1 })))
      expect(await store.evidence('checkout-1')).toEqual([evidence('checkout-1', 'canary', 1)])
      expect(await store.position()).toBe(2)
    })

    test('the same batch again changes nothing, not even in many copies at once', async () => {
      const sent = { ...batch('checkout-1', 3, { status: 'running' }), evidence: [evidence('checkout-1', 'canary', 1)] }
      await Promise.all(Array.from({ length: 30 }, () => store.record(sent)))
      expect((await store.events(0, 100)).map(event => [event.position, event.sequence])).toEqual([
        [1, 1],
        [2, 2],
        [3, 3],
      ])
      expect(await store.evidence('checkout-1')).toHaveLength(1)
      expect(await store.position()).toBe(3)
    })

    test('an older snapshot never replaces a newer one, but its events are kept', async () => {
      await store.record({ ...batch('checkout-1', 4, { status: 'succeeded' }), events: [event('checkout-1', 4)] })
      await store.record({ ...batch('checkout-1', 3, { status: 'running' }), events: [event('checkout-1', 3)] })
      expect(await store.get('checkout-1')).toMatchObject({ status: 'succeeded', position: 2 })
      expect((await store.events(0, 10)).map(one => one.sequence)).toEqual([4, 3])
    })

    test('a batch may come without events, or with one event twice', async () => {
      await store.record({ ...batch('checkout-1', 1, { status: 'running' }), events: [] })
      await store.record({ ...batch('checkout-1', 2), events: [event('checkout-1', 2), event('checkout-1', 2)] })
      expect(await store.get('checkout-1')).toMatchObject({ position: 1 })
      expect(await store.position()).toBe(1)
    })

    test('the looks of a canary are recorded without the state of their run, before or after it is known', async () => {
      const look = (number: number) => ({
        snapshot: null,
        sequence: 0,
        events: [event('checkout-1', lookSequence(0, number))],
        evidence: [evidence('checkout-1', 'canary', number)],
      })
      await store.record(look(1))
      expect(await store.get('checkout-1')).toBeNull()
      await store.record({ ...batch('checkout-1', 1), events: [] })
      expect(await store.get('checkout-1')).toMatchObject({ status: 'running', position: 1 })
      await Promise.all([store.record(look(2)), store.record(look(2))])
      await store.record({ ...look(2), events: [] })
      expect(await store.get('checkout-1')).toMatchObject({ status: 'running', position: 2 })
      expect((await store.events(0, 10)).map(one => one.sequence)).toEqual([1_000_001, 1_000_002])
      expect(await store.evidence('checkout-1')).toHaveLength(2)
    })

    test('text that the database cannot hold is made storable: a run must not be kept open by it', async () => {
      const sent = batch('checkout-1', 1, { status: 'failed', reason: 'exit\0code \ud800' })
      await store.record({ ...sent, events: [{ ...event('checkout-1', 1), data: { log: '\0\u0001ä\\u0000' } }] })
      expect((await store.get('checkout-1'))?.reason).toBe('exit\uFFFDcode \uFFFD')
      expect((await store.events(0, 10))[0]?.data).toEqual({ log: '\uFFFD\u0001ä\\u0000' })
    })

    test('a megabyte of evidence is taken and given back', async () => {
      const counts = Array.from({ length: 100_000 }, (_, index) => index)
      const large = { ...evidence('checkout-1', 'canary', 1), canary: { counts } }
      await store.record({ ...batch('checkout-1', 1), evidence: [large] })
      expect(await store.evidence('checkout-1')).toEqual([large])
    })

    test('evidence is listed by stage, look and metric', async () => {
      const all = [
        evidence('checkout-1', 'us', 1),
        evidence('checkout-1', 'canary', 2),
        evidence('checkout-1', 'canary', 10),
      ]
      await store.record({ ...batch('checkout-1', 1), evidence: all })
      await store.record({ ...batch('checkout-2', 1), evidence: [evidence('checkout-2', 'canary', 1)] })
      const places = async (stage?: string) =>
        (await store.evidence('checkout-1', stage)).map(one => `${one.stage} ${one.look}`)
      expect(await places()).toEqual(['canary 2', 'canary 10', 'us 1'])
      expect(await places('us')).toEqual(['us 1'])
      expect(await places('none')).toEqual([])
    })

    test('a reader who follows the positions of many writers misses nothing and sees no gap', async () => {
      const writers = Array.from({ length: 12 }, (_, index) => `run-${index}`)
      const perWriter = 25
      const second = await open()
      const reader = await open()
      const seen: number[] = []
      const total = writers.length * perWriter * 2
      const reading = (async () => {
        while (seen.length < total) {
          const page = await reader.events(seen.at(-1) ?? 0, 100)
          seen.push(...page.map(one => one.position))
        }
      })()
      await Promise.all(
        writers.map(async (id, writer) => {
          for (let index = 1; index <= perWriter; index += 1) {
            const events = [event(id, index * 2 - 1), event(id, index * 2)]
            await (writer % 2 ? store : second).record({ ...batch(id, index * 2), events })
          }
        }),
      )
      await reading
      expect(seen).toEqual(Array.from({ length: total }, (_, index) => index + 1))
    })
  })

  describe('events', () => {
    test('are read in order after a position, of all runs or of one', async () => {
      await store.record(batch('a', 2))
      await store.record(batch('b', 2))
      await store.record({ ...batch('a', 3), events: [event('a', 3)] })
      const read = async (after: number, limit: number, execution?: string) =>
        (await store.events(after, limit, execution)).map(one => `${one.position} ${one.execution} ${one.sequence}`)
      expect(await read(0, 10)).toEqual(['1 a 1', '2 a 2', '3 b 1', '4 b 2', '5 a 3'])
      expect(await read(3, 1)).toEqual(['4 b 2'])
      expect(await read(1, 10, 'a')).toEqual(['2 a 2', '5 a 3'])
      expect(await read(5, 10)).toEqual([])
    })
  })

  describe('list', () => {
    test('is newest first, in pages without doubles or gaps, even while new runs begin', async () => {
      const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
      for (const [index, id] of ids.entries()) await store.record(at(batch(id, 1), Math.floor(index / 3)))
      const first = await store.list({}, 3, null)
      await store.record(at(batch('new', 1), 9))
      const second = await store.list({}, 3, first.next)
      const third = await store.list({}, 3, second.next)
      const pages = [first, second, third].map(page => page.items.map(one => one.id).join(''))
      expect(pages).toEqual(['gfe', 'dcb', 'a'])
      expect(third.next).toBeNull()
    })

    test('the last page says so, also when it is full', async () => {
      for (const id of ['a', 'b']) await store.record(batch(id, 1))
      expect((await store.list({}, 2, null)).next).toBeNull()
      expect((await store.list({}, 1, null)).next).not.toBeNull()
    })

    test('is filtered by pipeline, application, status and what may be seen', async () => {
      const run = (id: string, application: string, pipeline: string, status: ExecutionStatus) =>
        store.record(batch(id, 1, { application, pipeline, status }))
      await run('a', 'shop', 'checkout', 'running')
      await run('b', 'shop', 'search', 'failed')
      await run('c', 'bank', 'checkout', 'waiting')
      const ids = async (filter: Parameters<Store['list']>[0]) =>
        (await store.list(filter, 10, null)).items.map(one => one.id).sort()
      expect(await ids({ pipeline: 'checkout' })).toEqual(['a', 'c'])
      expect(await ids({ application: 'shop' })).toEqual(['a', 'b'])
      expect(await ids({ status: ['running', 'waiting'] })).toEqual(['a', 'c'])
      expect(await ids({ visible: ['bank'] })).toEqual(['c'])
      expect(await ids({ visible: ['bank'], application: 'shop' })).toEqual([])
      expect(await ids({ visible: [] })).toEqual([])
      expect(await ids({ status: [] })).toEqual([])
      expect(await ids({ pipeline: "x' or '1'='1" })).toEqual([])
      expect(await ids({ application: 'shop', pipeline: 'search', status: ['failed'], visible: ['shop'] })).toEqual([
        'b',
      ])
    })

    test('refuses cursors that it did not hand out, and pages of no or any size', async () => {
      for (const cursor of ['garbage', '', auditCursor(1), 'A'.repeat(10_000)]) {
        await expect(store.list({}, 10, cursor)).rejects.toThrow(InvalidCursor)
        if (cursor !== auditCursor(1)) await expect(store.auditLog(10, cursor)).rejects.toThrow(InvalidCursor)
      }
      for (const limit of [0, -1, 501, 1.5, Number.NaN]) {
        await expect(store.list({}, limit, null)).rejects.toThrow(RangeError)
        await expect(store.events(0, limit)).rejects.toThrow(RangeError)
        await expect(store.auditLog(limit, null)).rejects.toThrow(RangeError)
        await expect(store.unstarted(0, limit)).rejects.toThrow(RangeError)
      }
    })
  })

  describe('audit', () => {
    const fill = async (count: number) => {
      for (let index = 1; index <= count; index += 1) await store.audit(entry({ data: { index } }))
    }

    test('is a chain, newest first in pages', async () => {
      await fill(5)
      const first = await store.auditLog(2, null)
      const second = await store.auditLog(2, first.next)
      const third = await store.auditLog(2, second.next)
      const records = [...first.items, ...second.items, ...third.items]
      expect(records.map(one => one.sequence)).toEqual([5, 4, 3, 2, 1])
      expect(records.map(one => one.previous)).toEqual([...records.slice(1).map(one => one.hash), ''])
      expect(third.next).toBeNull()
      expect(await store.verifyAudit()).toBeNull()
    })

    test('stays one chain when several processes write at once', async () => {
      const second = await open()
      const writes = Array.from({ length: 60 }, (_, index) => (index % 2 ? store : second).audit(entry()))
      const records = await Promise.all(writes)
      expect(records.map(one => one.sequence).sort((a, b) => a - b)).toEqual(
        Array.from({ length: 60 }, (_, i) => i + 1),
      )
      expect(await store.verifyAudit()).toBeNull()
    })

    test('verifies what it wrote: numbers, odd text, any key order', async () => {
      await store.audit(entry({ actor: 'a\0b', data: { z: 1e300, a: [-0.1, 1e-7, null], '\ud800': '\udfff' } }))
      expect(await store.verifyAudit()).toBeNull()
    })

    test('an empty log verifies, and a long one too', async () => {
      expect(await store.verifyAudit()).toBeNull()
      await sql(`insert into audit select n, '', '', '', '', 'allowed', '{}', '', '' from generate_series(1, 2500) n`)
      await sql('update audit_head set sequence = 2500')
      expect(await store.verifyAudit()).toBe(1)
    })

    test.each([
      ['a changed field', `update audit set actor = 'mallory' where sequence = 3`, 3],
      ['a changed number', `update audit set data = '{"index": 4.5}' where sequence = 4`, 4],
      ['a changed hash', `update audit set hash = repeat('0', 64) where sequence = 2`, 2],
      ['a record removed from the middle', 'delete from audit where sequence = 3', 3],
      ['the first record removed', 'delete from audit where sequence = 1', 1],
      ['the last record removed', 'delete from audit where sequence = 6', 6],
      ['all records removed', 'delete from audit', 1],
      [
        'two records that changed places',
        `update audit set sequence = -2 where sequence = 2; update audit set sequence = 2 where sequence = 5;
         update audit set sequence = 5 where sequence = -2`,
        2,
      ],
    ])('notices %s, and says where', async (_, tampering, sequence) => {
      await fill(6)
      await sql(tampering)
      expect(await store.verifyAudit()).toBe(sequence)
    })
  })

  describe('retention', () => {
    const long = '2100-01-01T00:00:00.000Z'

    test('finished runs go with their events and evidence; others stay, and positions go on', async () => {
      const ended = { status: 'succeeded' as const, endedAt: '2026-03-01T10:05:00.000Z' }
      await store.record({ ...batch('old', 2, ended), evidence: [evidence('old', 'canary', 1)] })
      await store.record(batch('open', 2, { status: 'running' }))
      await store.record(batch('late', 2, { ...ended, endedAt: '2026-03-02T10:00:00.000Z' }))
      expect(await store.prune('2026-03-02T00:00:00.000Z')).toBe(1)
      expect((await store.list({}, 10, null)).items.map(one => one.id).sort()).toEqual(['late', 'open'])
      expect(await store.get('old')).toBeNull()
      expect(await store.evidence('old')).toEqual([])
      expect((await store.events(0, 10)).map(one => one.position)).toEqual([3, 4, 5, 6])
      expect(await store.prune(long)).toBe(1)
      expect(await store.position()).toBe(6)
    })

    test('prunes more than one portion', async () => {
      const ended = { status: 'succeeded' as const, endedAt: '2026-03-01T10:05:00.000Z' }
      await Promise.all(Array.from({ length: 250 }, (_, index) => store.record(batch(`run-${index}`, 1, ended))))
      expect(await store.prune(long)).toBe(250)
      expect((await store.list({}, 1, null)).items).toEqual([])
    })

    test('a key answers as before although its run was pruned, until the key itself is old enough', async () => {
      await store.begin(request())
      const ended = { status: 'succeeded' as const, endedAt: '2026-03-01T10:05:00.000Z' }
      await store.record(batch('checkout-1', 2, ended))
      expect(await store.prune(long)).toBe(1)
      expect(await store.begin(request())).toMatchObject({
        outcome: 'replay',
        started: true,
        execution: { id: 'checkout-1', status: 'succeeded', position: 2 },
        input: input('checkout-1'),
      })
      const forgetful = await open({ keyRetention: 0 })
      expect(await forgetful.prune(long)).toBe(0)
      expect((await store.begin(request())).outcome).toBe('new')
    })
  })

  describe('subscribe', () => {
    test('tells of events that another process recorded, well within a second', async () => {
      const writer = await open()
      const told = vi.fn()
      const alsoTold = vi.fn()
      const stop = await store.subscribe(told)
      await store.subscribe(alsoTold)
      for (let round = 1; round <= 5; round += 1) {
        const before = told.mock.calls.length
        await writer.record({ ...batch('a', round), events: [event('a', round)] })
        await vi.waitFor(() => expect(told.mock.calls.length).toBeGreaterThan(before), { timeout: 900, interval: 5 })
      }
      await stop()
      const calls = told.mock.calls.length
      await writer.record({ ...batch('a', 6), events: [event('a', 6)] })
      await vi.waitFor(() => expect(alsoTold.mock.calls.length).toBeGreaterThan(calls), { timeout: 900, interval: 5 })
      expect(told).toHaveBeenCalledTimes(calls)
    })

    test('notifications alone do it, when nothing is polled for', async () => {
      const quiet = await open({ pollInterval: 600_000 })
      const told = vi.fn()
      const stop = await quiet.subscribe(told)
      await vi.waitFor(
        async () => {
          await store.record(batch('a', 1 + Math.floor(performance.now())))
          expect(told).toHaveBeenCalled()
        },
        { timeout: 5_000 },
      )
      await stop()
    })

    test('polling alone does it, when notifications are swallowed', async () => {
      const told = vi.fn()
      await store.subscribe(told)
      await setTimeout(100)
      expect(told).not.toHaveBeenCalled()
      await sql(`insert into events values (1, 'a', 1, now(), 'execution.status', null, '{}');
        update event_position set value = 1`)
      await vi.waitFor(() => expect(told).toHaveBeenCalled(), { timeout: 900, interval: 5 })
    })

    test('goes on after the database was gone', async () => {
      const told = vi.fn()
      await store.subscribe(told)
      await database().stop()
      await setTimeout(700)
      await database().start()
      const before = told.mock.calls.length
      await vi.waitFor(() => store.record(batch('a', 1)), { timeout: 5_000 })
      await vi.waitFor(() => expect(told.mock.calls.length).toBeGreaterThan(before), { timeout: 2_000, interval: 5 })
    })
  })

  describe('when the database is down', () => {
    test('every call says so quickly, and works again when it is back', async () => {
      await store.begin(request())
      await database().stop()
      const began = performance.now()
      const calls: [string, () => Promise<unknown>][] = [
        ['begin', () => store.begin(request())],
        ['started', () => store.started('a')],
        ['unstarted', () => store.unstarted(0, 1)],
        ['record', () => store.record(batch('a', 1))],
        ['get', () => store.get('a')],
        ['input', () => store.input('a')],
        ['list', () => store.list({}, 1, null)],
        ['events', () => store.events(0, 1)],
        ['position', () => store.position()],
        ['evidence', () => store.evidence('a')],
        ['audit', () => store.audit(entry())],
        ['auditLog', () => store.auditLog(1, null)],
        ['verifyAudit', () => store.verifyAudit()],
        ['prune', () => store.prune('2026-01-01T00:00:00.000Z')],
        ['ping', () => store.ping()],
        ['openStore', () => openStore(database().url)],
      ]
      for (const [name, call] of calls) await expect(call(), name).rejects.toThrow(StoreUnavailable)
      expect(performance.now() - began).toBeLessThan(2_000)
      await database().start()
      await store.ping()
      expect(await store.begin(request())).toMatchObject({ outcome: 'replay' })
      expect(await store.audit(entry())).toMatchObject({ sequence: 1 })
    })
  })

  describe('migrations', () => {
    async function withClient<T>(use: (client: pg.Client) => Promise<T>): Promise<T> {
      const client = new pg.Client({ connectionString: database().url })
      await client.connect()
      try {
        return await use(client)
      } finally {
        await client.end()
      }
    }

    test('what version 1 wrote can be read by this one', async () => {
      await sql(dropAll)
      await withClient(client => migrate(client, migrations.slice(0, 1)))
      await sql(rowsOfVersion1)
      const upgraded = await open()
      expect(await upgraded.get('old-1')).toMatchObject({ id: 'old-1', status: 'succeeded', position: 1 })
      expect(await upgraded.events(0, 10)).toHaveLength(1)
      expect(await upgraded.verifyAudit()).toBeNull()
      await upgraded.record({ ...batch('old-1', 2), events: [event('old-1', 2)] })
      expect(await upgraded.position()).toBe(2)
    })

    test('one that fails leaves everything as it was', async () => {
      await store.record(batch('a', 1))
      const broken = [...migrations, { name: 'broken', sql: 'create table half (); select nonsense' }]
      await expect(withClient(client => migrate(client, broken))).rejects.toThrow('nonsense')
      expect(await sql(`select to_regclass('half') as half`)).toEqual([{ half: null }])
      expect(await (await open()).position()).toBe(1)
    })

    test('a database of a newer version is refused, and left alone', async () => {
      const next = [...migrations, { name: 'next', sql: 'create table later ()' }]
      await withClient(client => migrate(client, next))
      await expect(openStore(database().url)).rejects.toThrow(SchemaMismatch)
      await sql(`drop table later; delete from schema_migrations where name = 'next'`)
      await open()
    })

    test('several processes that start at once migrate once', async () => {
      await sql(dropAll)
      const stores = await Promise.all(Array.from({ length: 6 }, () => open()))
      await Promise.all(stores.map(one => one.ping()))
      expect(await sql('select count(*)::int as count from schema_migrations')).toEqual([{ count: migrations.length }])
    })
  })
}

const empty = `
do $$ begin
  if to_regclass('schema_migrations') is not null then
    truncate executions, requests, events, evidence, audit;
    update event_position set value = 0;
    update audit_head set sequence = 0, hash = '';
  end if;
end $$`

const dropAll = 'drop schema public cascade; create schema public'

const rowsOfVersion1 = `
insert into executions
  (id, pipeline, application, status, created_at, ended_at, started_at, sequence, position, snapshot, input)
values ('old-1', 'checkout', 'shop', 'succeeded', '2026-01-01T00:00:00Z', '2026-01-01T00:01:00Z', now(), 1, 1,
  '{"id":"old-1","pipeline":"checkout","application":"shop","status":"succeeded","stages":[]}', '{"id":"old-1"}');
insert into events values (1, 'old-1', 1, '2026-01-01T00:00:00Z', 'execution.status', null, '{"status":"succeeded"}');
update event_position set value = 1;
insert into evidence values ('old-1', 'canary', 1, 'errors', '{"metric":"errors"}');
insert into audit values (1, '2026-01-01T00:00:00.000Z', 'ada', 'execution.start', 'execution:old-1', 'allowed', '{}',
  '', 'd85f318b36c5547d3baf56d42dd54e67b1251dbad16b4d26bbedccf64905d87d');
update audit_head set sequence = 1, hash = 'd85f318b36c5547d3baf56d42dd54e67b1251dbad16b4d26bbedccf64905d87d'`

export function input(id: string): ExecutionInput {
  const stages = [
    { id: 'canary', type: 'canary' },
    { id: 'us', type: 'deploy' },
  ]
  return {
    id,
    definition: { name: 'checkout', application: 'shop', stages } as unknown as ExecutionInput['definition'],
    revision: 'abc123',
    definitionHash: 'def456',
    parameters: { version: '1.4.2' },
    trigger: { type: 'api', by: 'ci' },
    createdAt: '2026-03-01T10:00:00.000Z',
    attempt: 1,
    retryOf: null,
    rollbackOf: null,
  }
}

export function request(id = 'checkout-1', key = 'key-1'): StartRequest {
  return { principal: 'ci', idempotencyKey: key, bodyHash: 'hash', input: input(id) }
}

export function event(execution: string, sequence: number): ExecutionEvent {
  const second = String(sequence % 60).padStart(2, '0')
  return {
    execution,
    sequence,
    at: `2026-03-01T10:00:${second}.125Z`,
    kind: 'stage.status',
    stage: 'canary',
    data: { status: 'running', weight: 5 },
  }
}

export function batch(
  execution: string,
  sequence: number,
  change: Partial<Execution> = {},
): RecordBatch & { snapshot: Execution } {
  const { definition, ...started } = input(execution)
  const snapshot: Execution = {
    ...started,
    pipeline: definition.name,
    application: definition.application,
    status: 'running',
    endedAt: null,
    reason: null,
    position: 0,
    stages: [],
    ...change,
  }
  const events = Array.from({ length: Math.min(sequence, 3) }, (_, index) =>
    event(execution, sequence - index),
  ).reverse()
  return { snapshot, sequence, events, evidence: [] }
}

function at(sent: RecordBatch & { snapshot: Execution }, second: number): RecordBatch {
  return { ...sent, snapshot: { ...sent.snapshot, createdAt: `2026-03-01T10:00:0${second}.000Z` } }
}

function evidence(execution: string, stage: string, look: number): StoredEvidence {
  return {
    execution,
    stage,
    look,
    metric: 'errors',
    from: '2026-03-01T10:00:00.000Z',
    to: '2026-03-01T10:00:10.000Z',
    weights: { stable: 90, baseline: 5, canary: 5 },
    provider: 'router',
    query: 'errors of checkout',
    state: 'ok',
    baseline: { bad: 1, total: 100 },
    canary: { bad: 7, total: 100 },
    exposure: null,
  }
}

export function entry(change: Partial<AuditEntry> = {}): AuditEntry {
  return {
    at: '2026-03-01T10:00:00.000Z',
    actor: 'ada',
    action: 'execution.rollback',
    subject: 'execution:checkout-1',
    outcome: 'allowed',
    data: {},
    ...change,
  }
}
