import type { ChainHead } from './audit-chain.ts'
import { chain, emptyChain, follows } from './audit-chain.ts'
import { auditCursor, parseAuditCursor } from './cursor.ts'
import type { Database } from './database.ts'
import { jsonColumn } from './json-column.ts'
import { checkLimit } from './limit.ts'
import type { AuditEntry, AuditRecord, Store } from './store.ts'

type Audit = Pick<Store, 'audit' | 'auditLog' | 'verifyAudit'>

export function audit(database: Database): Audit {
  let last: Promise<unknown> = Promise.resolve()
  return {
    /** In this process one after the other: who loses the race for a sequence has to compute its hash again. */
    audit(entry) {
      const turn = last.then(() => append(database, storable(entry)))
      last = turn.catch(() => {})
      return turn
    },

    async auditLog(limit, cursor) {
      checkLimit(limit)
      const before = cursor === null ? Number.MAX_SAFE_INTEGER : parseAuditCursor(cursor)
      const rows = await database.query<AuditRecord>(newestBefore, [before, limit + 1])
      const items = rows.slice(0, limit)
      return { items, next: rows.length > limit ? auditCursor(items.at(-1)!.sequence) : null }
    },

    async verifyAudit() {
      const end = await head(database)
      let checked = emptyChain
      while (checked.sequence < end.sequence) {
        const page = await database.query<AuditRecord>(oldestAfter, [checked.sequence, end.sequence, 1000])
        for (const record of page) {
          if (!follows(checked, record)) return checked.sequence + 1
          checked = record
        }
        if (page.length === 0) return checked.sequence + 1
      }
      return checked.hash === end.hash ? null : end.sequence
    },
  }
}

/** The sequence is the primary key, so of two processes that follow the same record one inserts nothing and tries again. */
async function append(database: Database, entry: AuditEntry): Promise<AuditRecord> {
  for (;;) {
    const record = chain(await head(database), entry)
    const { sequence, at, actor, action, subject, outcome, data, previous, hash } = record
    const values = [sequence, at, actor, action, subject, outcome, jsonColumn(data), previous, hash]
    const added = await database.query(insertNext, values)
    if (added.length === 1) return record
  }
}

async function head(database: Database): Promise<ChainHead> {
  const rows = await database.query<ChainHead>('select sequence, hash from audit_head')
  return rows[0]!
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
const oldestAfter = `select ${columns} from audit where sequence > $1 and sequence <= $2 order by sequence limit $3`
