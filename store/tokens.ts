import type { Json, Timestamp } from '../pipeline/execution.ts'
import type { Database } from './database.ts'
import { jsonColumn } from './json-column.ts'

export interface NewToken {
  /** The part of the token that is no secret. */
  id: string
  name: string
  /** The subject who made it, and answers for it. */
  owner: string
  /** SHA-256 of the whole token. */
  hash: string
  /** What it may do, as roles are written. */
  rules: readonly Json[]
  createdAt: Timestamp
  expiresAt: Timestamp
}

export interface StoredToken extends NewToken {
  usedAt: Timestamp | null
  revokedAt: Timestamp | null
}

/** API tokens. Their secrets are not here. */
export interface TokenStore {
  /** False when a token in force has this name. */
  addToken(token: NewToken): Promise<boolean>
  token(id: string): Promise<StoredToken | null>
  /** Newest first; at most 500. */
  tokens(): Promise<StoredToken[]>
  tokenUsed(id: string, at: Timestamp): Promise<void>
  /** False when no token in force has this name. */
  revokeToken(name: string, at: Timestamp): Promise<boolean>
}

export function tokens(database: Database): TokenStore {
  return {
    async addToken({ id, name, owner, hash, rules, createdAt, expiresAt }) {
      await database.query(giveNameBack, [name, createdAt])
      const values = [id, name, owner, hash, jsonColumn(rules), createdAt, expiresAt]
      return (await database.query(insert, values)).length === 1
    },

    async token(id) {
      const rows = await database.query<Row>(`${select} where id = $1`, [id])
      return rows[0] === undefined ? null : toToken(rows[0])
    },

    async tokens() {
      return (await database.query<Row>(`${select} order by created_at desc, id limit 500`)).map(toToken)
    },

    async tokenUsed(id, at) {
      const sql = 'update tokens set used_at = $2 where id = $1 and (used_at is null or used_at < $2::timestamptz)'
      await database.query(sql, [id, at])
    },

    async revokeToken(name, at) {
      const sql = 'update tokens set revoked_at = $2 where name = $1 and revoked_at is null returning id'
      return (await database.query(sql, [name, at])).length > 0
    },
  }
}

interface Row extends Omit<StoredToken, 'createdAt' | 'expiresAt' | 'usedAt' | 'revokedAt'> {
  created_at: Date
  expires_at: Date
  used_at: Date | null
  revoked_at: Date | null
}

function toToken({ created_at, expires_at, used_at, revoked_at, ...rest }: Row): StoredToken {
  return {
    ...rest,
    createdAt: created_at.toISOString(),
    expiresAt: expires_at.toISOString(),
    usedAt: used_at?.toISOString() ?? null,
    revokedAt: revoked_at?.toISOString() ?? null,
  }
}

/** The name of a token that has expired can be used again. */
const giveNameBack = `
update tokens set revoked_at = expires_at
where name = $1 and revoked_at is null and expires_at <= $2::timestamptz`

const insert = `
insert into tokens (id, name, owner, hash, rules, created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7)
on conflict do nothing returning id`

const select = 'select id, name, owner, hash, rules, created_at, expires_at, used_at, revoked_at from tokens'
