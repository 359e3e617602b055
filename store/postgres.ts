import { audit } from './audit.ts'
import type { Database } from './database.ts'
import { openDatabase, refuse } from './database.ts'
import { deliveries } from './deliveries.ts'
import { events } from './events.ts'
import { executions } from './executions.ts'
import { firings } from './firings.ts'
import { freezes } from './freezes.ts'
import { migrate } from './migrate.ts'
import { migrations } from './migrations/migrations.ts'
import { quarantine } from './quarantine.ts'
import { readers } from './readers.ts'
import { retention } from './retention.ts'
import { type Columns, columnsOf } from './sealed-column.ts'
import type { SealingKey } from './sealing.ts'
import { checkKeys } from './sealing-keys.ts'
import { sessions } from './sessions.ts'
import type { Store } from './store.ts'
import { subscriptions } from './subscribe.ts'
import { tokens } from './tokens.ts'

export interface StoreOptions {
  /** Connections this process may hold, beside one while it has subscribers. Default 8. */
  connections?: number
  /** Longest wait for a new connection, in milliseconds. Default 3 s. */
  connectTimeout?: number
  /** Longest statement, in milliseconds, and longest wait in line before it. Default 10 s. */
  statementTimeout?: number
  /** How long an idempotency key answers, in milliseconds. Default 30 days. */
  keyRetention?: number
  /** What runs are given, say and see is encrypted with the first one; all of them decrypt. None: it is stored as it is. */
  keys?: readonly SealingKey[]
  /** How often subscribers look for themselves, in case no notification comes, in milliseconds. Default 500. */
  pollInterval?: number
}

/**
 * The store on a PostgreSQL database, or on the embedded one: brings the schema up to date first.
 *
 * @throws StoreUnavailable when the database cannot be reached
 * @throws SchemaMismatch when a newer version wrote it
 * @throws CannotOpen when it needs other keys
 */
export async function openStore(databaseUrl: string, options: StoreOptions = {}): Promise<Store> {
  const columns = columnsOf(options.keys)
  const statementTimeout = options.statementTimeout ?? 10_000
  const database = openDatabase({
    url: databaseUrl,
    connections: options.connections ?? 8,
    connectTimeout: options.connectTimeout ?? 3_000,
    statementTimeout,
  })
  await upgrade(database, columns)
  const history = events(database, columns)
  const { subscribe, close } = subscriptions(database, history.position, options.pollInterval ?? 500)
  return {
    ...executions(database, columns),
    ...history,
    ...audit(database, statementTimeout),
    ...tokens(database),
    ...sessions(database),
    ...freezes(database),
    ...quarantine(database),
    ...retention(database, options.keyRetention ?? 30 * 24 * 60 * 60 * 1000),
    deliveries: deliveries(database),
    firings: firings(database, columns),
    readers: readers(database),
    subscribe,
    ping: async () => void (await database.query('select 1')),
    async close() {
      await close()
      await database.close()
    },
  }
}

/** A migration takes as long as it takes. */
async function upgrade(database: Database, columns: Columns): Promise<void> {
  const client = await database.connect({ query_timeout: 0, statement_timeout: 0 })
  await migrate(client, migrations)
    .then(() => checkKeys(client, columns))
    .catch(refuse)
    .finally(() => client.end())
}
