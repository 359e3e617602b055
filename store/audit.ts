import type { ChainHead } from './audit-chain.ts'
import { chain, emptyChain, follows } from './audit-chain.ts'
import { auditCursor, parseAuditCursor } from './cursor.ts'
import type { Database } from './database.ts'
import { jsonColumn } from './json-column.ts'
import { checkLimit } from './limit.ts'
import type { AuditEntry, AuditFilter, AuditRecord, Store } from './store.ts'
import { turnstile } from './turnstile.ts'

type Audit = Pick<Store, 'audit' | 'auditLog' | 'auditAfter' | 'verifyAudit'>

/** `patience`: longest wait for those who write before, in milliseconds. */
export function audit(database: Database, patience: number): Audit {
  /** One after the other in this process: who loses the race for a sequence has to compute its hash again. */
  const pass = turnstile(1, patience)
  return {
    audit: (entry, key) => pass(() => append(database, storable(entry), key ?? null)),

    async auditLog(limit, cursor, filter = {}) {
      checkLimit(limit)
      const before = cursor === null ? Number.MAX_SAFE_INTEGER : parseAuditCursor(cursor)
      const { sql, values } = newestBefore(before, limit + 1, filter)
      const rows = await database.query<AuditRecord>(sql, values)
      const items = rows.slice(0, limit)
      return { items, next: rows.length > limit ? auditCursor(items.at(-1)!.sequence) : null }
    },

    async auditAfter(sequence, limit) {
      checkLimit(limit)
      return database.query<AuditRecord>(oldestAfter, [sequence, limit])
    },

    async verifyAudit() {
      const before = await head(database)
      let checked = emptyChain
      for (;;) {
        const page = await database.query<AuditRecord>(oldestAfter, [checked.sequence, 1000])
        for (const record of page) {
          if (!follows(checked, record)) return checked.sequence + 1
          if (record.sequence === before.sequence && record.hash !== before.hash) return record.sequence
          checked = record
        }
        if (page.length === 0) break
      }
      if (checked.sequence < before.sequence) return checked.sequence + 1
      const after = await head(database)
      return checked.sequence > after.sequence ? after.sequence + 1 : null
    },
  }
}

/** The sequence is the primary key: of two processes that follow the same record one inserts nothing, and tries again. */
async function append(database: Database, entry: AuditEntry, key: string | null): Promise<AuditRecord> {
  for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
    const record = chain(await head(database), entry)
    const { sequence, at, actor, action, subject, outcome, data, previous, hash } = record
    const values = [sequence, at, actor, action, subject, outcome, jsonColumn(data), previous, hash, key]
    const added = await database.query(insertNext, values)
    if (added.length === 1) return record
    const written = key === null ? [] : await database.query<AuditRecord>(withKey, [key])
    if (written[0] !== undefined) return written[0]
  }
  throw new Error('the audit log does not end where its head says: `slipway audit verify` shows where it was changed')
}

/** Each lost race means that another process won it; so many in a row mean that there is no race. */
const maxAttempts = 100

async function head(database: Database): Promise<ChainHead> {
  const rows = await database.query<ChainHead>('select sequence, hash from audit_head')
  return rows[0] ?? emptyChain
}

/** What is hashed must be what is read back. */
function storable(entry: AuditEntry): AuditEntry {
  return JSON.parse(jsonColumn(entry))
}

const columns = 'at, actor, action, subject, outcome, data, sequence, previous, hash'

const insertNext = `
with added as (
  insert into audit (sequence, at, actor, action, subject, outcome, data, previous, hash, key)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
  on conflict do nothing
  returning sequence, hash
)
update audit_head set sequence = added.sequence, hash = added.hash from added returning added.sequence`

const withKey = `select ${columns} from audit where key = $1`

/** `at` is text as it was hashed; all are in UTC and of one form, so text is in order of time. */
const filters = {
  actor: 'actor =',
  action: 'action =',
  subject: 'subject =',
  outcome: 'outcome =',
  from: 'at >=',
  to: 'at <',
} as const satisfies Record<keyof AuditFilter, string>

function newestBefore(before: number, limit: number, filter: AuditFilter) {
  const values: unknown[] = [before]
  const put = (value: unknown) => `$${values.push(value)}`
  const wanted = Object.entries(filter).filter(([, value]) => value !== undefined)
  const conditions = wanted.map(([name, value]) => ` and ${filters[name as keyof AuditFilter]} ${put(value)}`)
  const where = `where sequence < $1${conditions.join('')}`
  return { sql: `select ${columns} from audit ${where} order by sequence desc limit ${put(limit)}`, values }
}

const oldestAfter = `select ${columns} from audit where sequence > $1 order by sequence limit $2`
