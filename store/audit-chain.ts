import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'
import type { AuditEntry, AuditRecord } from './store.ts'

/** The end of the chain that a new record is added to. */
export interface ChainHead {
  sequence: number
  hash: string
}

/** Before the first record. */
export const emptyChain: ChainHead = { sequence: 0, hash: '' }

/** The record that follows `head`. Its hash is the SHA-256 of its canonical JSON (RFC 8785) without `hash`, in hex. */
export function chain(head: ChainHead, entry: AuditEntry): AuditRecord {
  const { at, actor, action, subject, outcome, data } = entry
  const record = { at, actor, action, subject, outcome, data, sequence: head.sequence + 1, previous: head.hash }
  return { ...record, hash: hashOf(record) }
}

/** Whether `record` is what was written after `head`: nothing changed, nothing left out, nothing moved. */
export function follows(head: ChainHead, record: AuditRecord): boolean {
  return (
    record.hash === chain(head, record).hash && record.sequence === head.sequence + 1 && record.previous === head.hash
  )
}

function hashOf(record: Omit<AuditRecord, 'hash'>): string {
  return createHash('sha256').update(canonicalize(record)!).digest('hex')
}
