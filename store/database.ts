import pg from 'pg'
import { CannotOpen, SchemaMismatch, StoreUnavailable } from './errors.ts'
import { turnstile } from './turnstile.ts'

/** One statement at a time: no caller ever holds a transaction, or a lock, while it thinks. */
export interface Database {
  /** @throws StoreUnavailable */
  query<Row>(text: string, values?: readonly unknown[]): Promise<Row[]>
  /** A connection of its own, outside the pool, for what needs one: migrations, LISTEN. The caller ends it. */
  connect(change?: pg.ClientConfig): Promise<pg.Client>
  close(): Promise<void>
}

export interface DatabaseOptions {
  url: string
  connections: number
  /** For a new connection, in milliseconds. */
  connectTimeout: number
  /** For one statement, in milliseconds: in line, and again in the server, which ends it then. */
  statementTimeout: number
}

export function openDatabase(options: DatabaseOptions): Database {
  const config: pg.ClientConfig = {
    connectionString: options.url,
    application_name: 'slipway',
    connectionTimeoutMillis: options.connectTimeout,
    statement_timeout: options.statementTimeout,
    query_timeout: options.statementTimeout + 1_000,
    idle_in_transaction_session_timeout: options.statementTimeout,
    keepAlive: true,
    types: { getTypeParser },
  }
  const pool = new pg.Pool({ ...config, max: options.connections, idleTimeoutMillis: 30_000, allowExitOnIdle: true })
  pool.on('error', ignoreIdleLoss)
  const pass = turnstile(options.connections, options.statementTimeout)
  return {
    query: <Row>(text: string, values?: readonly unknown[]) =>
      pass(() => pool.query(text, values as unknown[]).then(result => result.rows as Row[], refuse)),
    async connect(change) {
      const client = new pg.Client({ ...config, ...change })
      client.on('error', ignoreIdleLoss)
      await client.connect().catch(refuse)
      return client
    },
    close: () => pool.end(),
  }
}

/** Positions and sequences stay far below 2^53. */
function getTypeParser(oid: number, format?: 'text' | 'binary') {
  if (oid === pg.types.builtins.INT8) return Number
  return pg.types.getTypeParser(oid, format as 'text')
}

/** A connection that dies between two statements is replaced by the next one; only statements can fail. */
function ignoreIdleLoss() {}

/** @throws StoreUnavailable, or the error itself when the database said no to what was asked. */
export function refuse(error: unknown): never {
  if (!isUnavailable(error)) throw error
  throw new StoreUnavailable(`the store is not available: ${words(error)}`, { cause: error })
}

function isUnavailable(error: unknown): boolean {
  if (error instanceof SchemaMismatch || error instanceof CannotOpen) return false
  if (!(error instanceof pg.DatabaseError)) return true
  return passing.some(prefix => error.code?.startsWith(prefix) === true)
}

/** SQLSTATE: connection lost, resources or disk exhausted, shut down, canceled by timeout, read only, lost a race. */
const passing = ['08', '53', '57', '58', '25006', '25P03', '40001', '40P01', '55P03']

/** Errors of several addresses at once have no message of their own. */
function words(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(words).join('; ')
  return error instanceof Error ? error.message : String(error)
}
