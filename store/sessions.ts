import type { Json, Timestamp } from '../pipeline/execution.ts'
import type { Database } from './database.ts'
import { jsonColumn } from './json-column.ts'

export interface StoredSession {
  /** SHA-256 of the cookie's value. */
  hash: string
  /** Whose it is; the API knows the form. */
  who: Json
  createdAt: Timestamp
  expiresAt: Timestamp
}

/** Browser sessions: known to every server on this store, and gone for all of them when they are closed. */
export interface SessionStore {
  addSession(session: StoredSession): Promise<void>
  session(hash: string): Promise<StoredSession | null>
  removeSession(hash: string): Promise<void>
  /** True for the first who asks with this key, until it has expired; false for all others. */
  claim(key: string, expiresAt: Timestamp): Promise<boolean>
  isClaimed(key: string): Promise<boolean>
  /** It came to nothing: somebody may claim it again. */
  release(key: string): Promise<void>
}

export function sessions(database: Database): SessionStore {
  return {
    async addSession({ hash, who, createdAt, expiresAt }) {
      await database.query(insertSession, [hash, jsonColumn(who), createdAt, expiresAt])
    },

    async session(hash) {
      const sql = 'select hash, who, created_at, expires_at from sessions where hash = $1'
      const rows = await database.query<Row>(sql, [hash])
      if (rows[0] === undefined) return null
      const { created_at, expires_at, ...rest } = rows[0]
      return { ...rest, createdAt: created_at.toISOString(), expiresAt: expires_at.toISOString() }
    },

    async removeSession(hash) {
      await database.query('delete from sessions where hash = $1', [hash])
    },

    async claim(key, expiresAt) {
      return (await database.query(insertClaim, [key, expiresAt])).length === 1
    },

    async isClaimed(key) {
      return (await database.query('select key from claims where key = $1', [key])).length === 1
    },

    async release(key) {
      await database.query('delete from claims where key = $1', [key])
    },
  }
}

interface Row {
  hash: string
  who: Json
  created_at: Date
  expires_at: Date
}

/** Whoever adds one sweeps out those that are over; by a day, so that no clock is too far off. */
const insertSession = `
with over as (delete from sessions where expires_at < now() - interval '1 day')
insert into sessions (hash, who, created_at, expires_at) values ($1, $2, $3, $4) on conflict do nothing`

const insertClaim = `
with over as (delete from claims where expires_at < now() - interval '1 day')
insert into claims (key, expires_at) values ($1, $2) on conflict do nothing returning key`
