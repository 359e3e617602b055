import type { StoredEvidence } from '../pipeline/evidence.ts'
import type { EventKind, ExecutionEvent } from '../pipeline/execution.ts'

/**
 * What has happened and is not recorded yet, oldest first. Bounded: while the store is down the oldest looks and progress
 * are dropped and counted; a change of status never is.
 */
export interface Outbox {
  add(event: ExecutionEvent, evidence?: readonly StoredEvidence[]): void
  /** The oldest entries that fit into one batch; null when everything is recorded. */
  next(): OutboxBatch | null
  /** The same of those that nobody carries yet, until `done`: they stay here until they are recorded for certain. */
  carry(): Carried | null
  /** Whether anything needs a record of its own: what nobody carries, or much that is only carried. */
  readonly waits: boolean
  recorded(batch: OutboxBatch): void
  /** Takes out everything. */
  drain(): Entry[]
  readonly dropped: number
}

export interface OutboxBatch {
  events: ExecutionEvent[]
  evidence: StoredEvidence[]
  entries: readonly Entry[]
}

export interface Entry {
  event: ExecutionEvent
  evidence: readonly StoredEvidence[]
}

/** A batch that goes along with something that acts. */
export interface Carried extends OutboxBatch {
  done(): void
}

interface Sized extends Entry {
  bytes: number
  carried: boolean
}

/** Leaves room for the snapshot in a payload of 64 KB. */
const batchBytes = 32_000
/** What is carried only goes along again and again until it is recorded. */
const carriedBytes = 8_000

const droppable: ReadonlySet<EventKind> = new Set(['stage.progress', 'canary.look'])

export function createOutbox(capacity = 256_000): Outbox {
  let entries: Sized[] = []
  let bytes = 0
  let dropped = 0

  const remove = (gone: ReadonlySet<Entry>) => {
    entries = entries.filter(entry => !gone.has(entry))
    bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0)
  }

  const dropOldest = () => {
    const gone = new Set<Entry>()
    let excess = bytes - capacity
    for (const entry of entries) {
      if (excess <= 0) break
      if (!droppable.has(entry.event.kind)) continue
      gone.add(entry)
      excess -= entry.bytes
    }
    dropped += gone.size
    if (gone.size > 0) remove(gone)
  }

  return {
    add(event, evidence = []) {
      const entry = { event, evidence, carried: false, bytes: sizeOf(event) + sizeOf(evidence) }
      entries.push(entry)
      bytes += entry.bytes
      if (bytes > capacity) dropOldest()
    },
    next: () => batchOf(entries),
    carry() {
      const loose = entries.filter(entry => !entry.carried)
      const batch = batchOf(loose)
      if (batch === null) return null
      const mark = (carried: boolean) => {
        for (const entry of batch.entries as readonly Sized[]) entry.carried = carried
      }
      mark(true)
      return { ...batch, done: () => mark(false) }
    },
    get waits() {
      return bytes > carriedBytes || entries.some(entry => !entry.carried)
    },
    recorded: batch => remove(new Set(batch.entries)),
    drain() {
      const all = entries
      remove(new Set(all))
      return all.map(({ event, evidence }) => ({ event, evidence }))
    },
    get dropped() {
      return dropped
    },
  }
}

function batchOf(entries: readonly Sized[]): OutboxBatch | null {
  if (entries.length === 0) return null
  let size = 0
  const fitting = entries.filter((entry, index) => {
    size += entry.bytes
    return index === 0 || size <= batchBytes
  })
  return {
    events: fitting.map(entry => entry.event),
    evidence: fitting.flatMap(entry => entry.evidence),
    entries: fitting,
  }
}

function sizeOf(value: unknown): number {
  return JSON.stringify(value).length
}
