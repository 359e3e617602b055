import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { SchemaMismatch } from '../errors.ts'
import { migrate } from '../migrate.ts'
import { migrations } from '../migrations/migrations.ts'
import { openStore } from '../postgres.ts'
import { batch, event } from './samples.ts'
import type { Suite } from './suite.ts'
export function migrationsContract(suite: Suite): void {
  describe('migrations', () => {
    async function withClient<T>(use: (client: pg.Client) => Promise<T>): Promise<T> {
      const client = new pg.Client({ connectionString: suite.database.url })
      await client.connect()
      try {
        return await use(client)
      } finally {
        await client.end()
      }
    }

    test('what version 1 wrote can be read by this one', async () => {
      await suite.sql(dropAll)
      await withClient(client => migrate(client, migrations.slice(0, 1)))
      await suite.sql(rowsOfVersion1)
      const upgraded = await suite.open()
      expect(await upgraded.get('old-1')).toMatchObject({ id: 'old-1', status: 'succeeded', position: 1 })
      expect(await upgraded.events(0, 10)).toHaveLength(1)
      expect(await upgraded.verifyAudit()).toBeNull()
      await upgraded.record({ ...batch('old-1', 2), events: [event('old-1', 2)] })
      expect(await upgraded.position()).toBe(2)
    })

    test('one that fails leaves everything as it was', async () => {
      await suite.store.record(batch('a', 1))
      const broken = [...migrations, { name: 'broken', sql: 'create table half (); select nonsense' }]
      await expect(withClient(client => migrate(client, broken))).rejects.toThrow('nonsense')
      expect(await suite.sql(`select to_regclass('half') as half`)).toEqual([{ half: null }])
      expect(await (await suite.open()).position()).toBe(1)
    })

    test('a database of a newer version is refused, and left alone', async () => {
      const next = [...migrations, { name: 'next', sql: 'create table later ()' }]
      await withClient(client => migrate(client, next))
      await expect(openStore(suite.database.url)).rejects.toThrow(SchemaMismatch)
      await suite.sql(`drop table later; delete from schema_migrations where name = 'next'`)
      await suite.open()
    })

    test('several processes that start at once migrate once', async () => {
      await suite.sql(dropAll)
      const stores = await Promise.all(Array.from({ length: 6 }, () => suite.open()))
      await Promise.all(stores.map(one => one.ping()))
      expect(await suite.sql('select count(*)::int as count from schema_migrations')).toEqual([
        { count: migrations.length },
      ])
    })
  })
}

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
