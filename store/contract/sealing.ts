import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { CannotOpen } from '../errors.ts'
import { batch, event, evidence, input, request } from './samples.ts'
import type { Suite } from './suite.ts'

/** Mutations: `put` of sealed-column.ts that always stores as it is; `checkKeys` that does nothing. */
export function sealingContract(suite: Suite): void {
  describe('with keys', () => {
    const [one, two] = ['one', 'two'].map(id => ({ id, key: randomBytes(32) })) as [Key, Key]
    const planted = 'planted-4711'

    /** Everything a run leaves in the store, with something in it that nobody may see. */
    async function leave(store: Suite['store'], id: string) {
      const started = { ...input(id), parameters: { version: planted } }
      const begun = await store.begin({ ...request(id, id), input: started })
      const sent = batch(id, 2, { reason: planted, parameters: started.parameters })
      const events = sent.events.map(one => ({ ...one, data: { message: planted, list: [1, null] } }))
      const look = { ...evidence(id, 'canary', 1), query: `sum(${planted})` }
      await store.record({ ...sent, events, evidence: [look] })
      await store.firings.put({ id, pipeline: 'p', trigger: { type: 'schedule', by: 'x' }, parameters: { a: planted } })
      return { started, begun, sent, events, look }
    }

    async function everything(): Promise<string> {
      const tables = await suite.sql(`select table_name as name from information_schema.tables
        where table_schema = 'public' and table_type = 'BASE TABLE'`)
      const rows = await Promise.all(
        tables.map(({ name }) => suite.sql(`select row_to_json(t)::text as row from ${name} t`)),
      )
      return JSON.stringify(rows)
    }

    test('what runs are given, say and see is nowhere in the database, and is read as it was', async () => {
      const store = await suite.open({ keys: [one] })
      const { started, begun, sent, events, look } = await leave(store, 'sealed-1')
      const raw = await everything()
      expect(raw).not.toContain(planted)
      expect(raw).not.toContain('1.4.2')
      expect(begun).toMatchObject({ outcome: 'new', execution: { id: 'sealed-1', parameters: started.parameters } })
      expect(await store.get('sealed-1')).toEqual({ ...sent.snapshot, position: 2 })
      expect(await store.input('sealed-1')).toEqual(started)
      expect(await store.unstarted(-60_000, 10)).toEqual([])
      expect((await store.events(0, 10)).map(({ data }) => data)).toEqual(events.map(({ data }) => data))
      expect(await store.evidence('sealed-1', { stage: 'canary', newest: 5 })).toEqual([look])
      expect((await store.list({ status: ['running'], application: 'shop' }, 10, null)).items).toHaveLength(1)
      expect((await store.firings.due(10)).map(({ parameters }) => parameters)).toEqual([{ a: planted }])
      const again = await store.begin({ ...request('sealed-1', 'sealed-1'), input: started })
      expect(again).toMatchObject({ outcome: 'replay', input: started })
    })

    test('what is pruned answers its key as before, and what was accepted only is found', async () => {
      const store = await suite.open({ keys: [one] })
      await store.begin({
        ...request('waits', 'waits'),
        input: { ...input('waits'), parameters: { version: planted } },
      })
      expect((await store.unstarted(-60_000, 10)).map(({ parameters }) => parameters)).toEqual([{ version: planted }])
      const { started } = await leave(store, 'gone')
      await store.record(batch('gone', 3, { status: 'succeeded', endedAt: '2026-03-01T10:00:00.000Z' }))
      expect(await store.prune('2026-04-01T00:00:00.000Z')).toBe(1)
      expect(await everything()).not.toContain(planted)
      const again = await store.begin({ ...request('gone', 'gone'), input: started })
      expect(again).toMatchObject({ outcome: 'replay', execution: { status: 'succeeded' }, input: started })
    })

    test('what was written before there was a key stays readable; its next state is sealed', async () => {
      const { sent } = await leave(suite.store, 'old-1')
      const store = await suite.open({ keys: [one] })
      expect(await store.get('old-1')).toEqual({ ...sent.snapshot, position: 2 })
      expect(await store.events(0, 10)).toHaveLength(2)
      await store.record(batch('old-1', 3, { reason: 'later' }))
      expect((await store.get('old-1'))!.reason).toBe('later')
      expect(await everything()).not.toContain('later')
    })

    test('keys are rotated: the first seals, all open, and one that is gone is missed as long as it is needed', async () => {
      await leave(await suite.open({ keys: [one] }), 'first')
      const both = await suite.open({ keys: [two, one] })
      await both.record(batch('second', 3, { status: 'succeeded', endedAt: '2026-05-01T10:00:00.000Z' }))
      expect((await both.list({}, 10, null)).items).toHaveLength(2)
      await expect(suite.open({ keys: [two] })).rejects.toThrow('encrypted with the key "one"; configure it')
      await expect(suite.open()).rejects.toThrow(CannotOpen)
      await both.record(batch('first', 9, { status: 'succeeded', endedAt: '2026-03-01T10:00:00.000Z' }))
      await both.firings.done('first')
      await suite.sql('delete from trigger_firings; delete from requests')
      await both.prune('2026-04-01T00:00:00.000Z')
      const newest = await suite.open({ keys: [two] })
      expect((await newest.list({}, 10, null)).items.map(({ id }) => id)).toEqual(['second'])
      expect((await suite.sql('select id from sealing_keys')).map(({ id }) => id)).toEqual(['two'])
    })

    test('another key of the same name is refused at once, and one of another length', async () => {
      await suite.open({ keys: [one] })
      const other = { id: 'one', key: randomBytes(32) }
      await expect(suite.open({ keys: [other] })).rejects.toThrow('the key "one" is not the one')
      const short = { id: 'one', key: randomBytes(16) }
      await expect(suite.open({ keys: [short] })).rejects.toThrow('one has 16 bytes; AES-256 needs 32')
    })

    test('what was sealed for one run cannot be passed off as another’s', async () => {
      const store = await suite.open({ keys: [one] })
      await leave(store, 'mine')
      await store.record({ ...batch('theirs', 1), events: [event('theirs', 1)] })
      await suite.sql(
        `update executions set snapshot = (select snapshot from executions where id = 'mine') where id = 'theirs'`,
      )
      await expect(store.get('theirs')).rejects.toThrow('or was changed')
    })
  })
}

type Key = { id: string; key: Buffer }
