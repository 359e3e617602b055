import { emptyChain, follows } from './audit-chain.ts'
import type { AuditRecord } from './store.ts'

/** The end of the log at a time, kept where whoever can write to the database cannot. */
export interface AuditCheckpoint {
  sequence: number
  hash: string
  at: string
}

/**
 * Checks records as they were exported, from the first one on. Resolves with the first sequence at which the chain does
 * not hold, or is not the one that a checkpoint saw; null when it holds.
 */
export async function firstBadRecord(
  records: AsyncIterable<AuditRecord> | Iterable<AuditRecord>,
  checkpoints: readonly AuditCheckpoint[],
): Promise<number | null> {
  const expected = new Map(checkpoints.map(({ sequence, hash }) => [sequence, hash]))
  let checked = emptyChain
  for await (const record of records) {
    if (!follows(checked, record)) return checked.sequence + 1
    const seen = expected.get(record.sequence)
    if (seen !== undefined && seen !== record.hash) return record.sequence
    checked = record
  }
  const newest = Math.max(0, ...expected.keys())
  return newest > checked.sequence ? checked.sequence + 1 : null
}
