import type { ChainHead } from './audit-chain.ts'
import { chain, emptyChain, follows } from './audit-chain.ts'
import { auditCursor, parseAuditCursor } from './cursor.ts'
import type { Database } from './database.ts'
import { jsonColumn } from './json-column.ts'
import { checkLimit } from './limit.ts'
import type { AuditEntry, AuditRecord, Store } from './store.ts'
import { turnstile } from './turnstile.ts'

type Audit = Pick<Store, 'audit' | 'auditLog' | 'verifyAudit'>

/** `patience`: longest wait for those who write before, in milliseconds. */
export function audit(database: Database, patience: number): Audit {
  /** One after the other in this process: who loses the race for a sequence has to compute its hash again. */
  const pass = turnstile(1, patience)
  return {
    audit: entry => pass(() => append(database, storable(entry))),

    async auditLog(limit, cursor) {
      checkLimit(limit)
      const before = cursor === null ? Number.MAX_SAFE_INTEGER : parseAuditCursor(cursor)
      const rows = await database.query<AuditRecord>(newestBefore, [before, limit + 1])
      const items = rows.slice(0, limit)
      return { items, next: rows.length > limit ? auditCursor(items.at(-1)!.sequence) : null }
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
async function append(database: Database, entry: AuditEntry): Promise<AuditRecord> {
  for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
    const record = chain(await head(database), entry)
    const { sequence, at, actor, action, subject, outcome, data, previous, hash } = record
    const values = [sequence, at, actor, action, subject, outcome, jsonColumn(data), previous, hash]
    const added = await database.query(insertNext, values)
    if (added.length === 1) return record
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
  insert into audit (sequence, at, actor, action, subject, outcome, data, previous, hash)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
  on conflict (sequence) do nothing
  returning sequence, hash
)
update audit_head set sequence = added.sequence, hash = added.hash from added returning added.sequence`

const newestBefore = `select ${columns} from audit where sequence < $1 order by sequence desc limit $2`
const oldestAfter = `select ${columns} from audit where sequence > $1 order by sequence limit $2`
