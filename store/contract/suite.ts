import pg from 'pg'
import { afterEach, beforeEach } from 'vitest'
import type { StoreOptions } from '../postgres.ts'
import { openStore } from '../postgres.ts'
import type { Store } from '../store.ts'

/** A database of its own for the suite. */
export interface DatabaseUnderTest {
  url: string
  /** At once, as in a crash. */
  stop(): Promise<void>
  /** Resolves when it answers again. */
  start(): Promise<void>
}

export interface Suite {
  readonly database: DatabaseUnderTest
  /** Empty at the beginning of each test. */
  readonly store: Store
  /** Another store on the same database, as another process has it; closed after the test. */
  open(options?: StoreOptions): Promise<Store>
  /** Behind the store's back. */
  sql(text: string): Promise<Record<string, unknown>[]>
}

/** Registers what empties the database before each test, and closes stores after it. */
export function suiteOn(database: () => DatabaseUnderTest): Suite {
  const opened: Store[] = []
  const suite: Suite = {
    get database() {
      return database()
    },
    get store() {
      return opened[0]!
    },
    async open(options) {
      const store = await openStore(database().url, options)
      opened.push(store)
      return store
    },
    async sql(text) {
      const client = new pg.Client({ connectionString: database().url })
      await client.connect()
      try {
        return (await client.query(text)).rows
      } finally {
        await client.end()
      }
    },
  }

  beforeEach(async () => {
    await suite.sql(empty)
    await suite.open()
  })

  afterEach(async () => {
    await Promise.all(opened.splice(0).map(store => store.close()))
  })

  return suite
}

const empty = `
do $$ begin
  if to_regclass('schema_migrations') is not null then
    truncate hook_deliveries, trigger_firings, event_readers;
    if to_regclass('sealing_keys') is not null then truncate sealing_keys; end if;
    truncate executions, requests, events, evidence, audit, tokens, sessions, claims, freezes, quarantine;
    update event_position set value = 0;
    delete from audit_head;
    insert into audit_head values (0, '');
  end if;
end $$`
