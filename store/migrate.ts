import { createHash } from 'node:crypto'
import type pg from 'pg'
import { SchemaMismatch } from './errors.ts'
import type { Migration } from './migrations/migrations.ts'

/**
 * Brings the schema up to the newest of `migrations`, forward only: all that is missing in one transaction, by one
 * process at a time.
 *
 * @throws SchemaMismatch when the database was migrated by a newer version, or by other migrations of the same number.
 */
export async function migrate(client: pg.ClientBase, migrations: readonly Migration[]): Promise<void> {
  await client.query('begin')
  try {
    await client.query('select pg_advisory_xact_lock($1)', [migrationLock])
    await client.query(historyTable)
    const { rows } = await client.query<Applied>('select version, name, hash from schema_migrations order by version')
    checkHistory(rows, migrations)
    for (const [index, migration] of migrations.entries()) {
      if (index < rows.length) continue
      await client.query(migration.sql)
      await client.query('insert into schema_migrations (version, name, hash) values ($1, $2, $3)', [
        index + 1,
        migration.name,
        hashOf(migration),
      ])
    }
    await client.query('commit')
  } catch (error) {
    await client.query('rollback').catch(() => {})
    throw error
  }
}

export interface Applied {
  version: number
  name: string
  hash: string
}

/** Any number that no other program on the same database takes: the ASCII codes of "slip". */
const migrationLock = 0x736c6970

const historyTable = `
create table if not exists schema_migrations (
  version integer primary key,
  name text not null,
  hash text not null,
  applied_at timestamptz not null default now()
)`

/** @throws SchemaMismatch */
export function checkHistory(applied: readonly Applied[], migrations: readonly Migration[]): void {
  if (applied.length > migrations.length) {
    throw new SchemaMismatch(
      `the database has schema version ${applied.length}, this Slipway knows up to ${migrations.length}: ` +
        'run the version that wrote it, or restore a backup from before the upgrade',
    )
  }
  for (const [index, { version, name, hash }] of applied.entries()) {
    const known = migrations[index]!
    if (version === index + 1 && hash === hashOf(known)) continue
    throw new SchemaMismatch(
      `migration ${version} of the database ("${name}") is not the one this Slipway has ("${known.name}"): ` +
        'the database belongs to another build; nothing was changed',
    )
  }
}

export function hashOf(migration: Migration): string {
  return createHash('sha256').update(migration.sql).digest('hex')
}
