import type { StoredEvidence } from '../pipeline/evidence.ts'
import type {
  Execution,
  ExecutionEvent,
  Json,
  ParameterValue,
  StoredEvent,
  Timestamp,
  Trigger,
} from '../pipeline/execution.ts'
import type { Reused } from '../pipeline/first-state.ts'
import type { Pipeline } from '../pipeline/schema/pipeline.ts'
import type { Subscription } from '../pipeline/schema/subscription.ts'
import type { ExecutionStatus } from '../pipeline/statuses.ts'
import type { Deliveries } from './deliveries.ts'
import type { Firings } from './firings.ts'
import type { FreezeStore } from './freezes.ts'
import type { QuarantineStore } from './quarantine.ts'
import type { Readers } from './readers.ts'
import type { SessionStore } from './sessions.ts'
import type { TokenStore } from './tokens.ts'

/** All a run needs to start; the workflow's only argument. Plain JSON under 64 KB. */
export interface ExecutionInput {
  id: string
  definition: Pipeline
  revision: string
  definitionHash: string
  /** Freezes do not concern it: whoever started it was allowed to say so. */
  overridesFreezes?: true
  parameters: Readonly<Record<string, ParameterValue>>
  /** Of a run that starts others: the targets that it and they may touch, as whoever started it was allowed to. */
  reach?: readonly string[]
  trigger: Trigger
  createdAt: Timestamp
  attempt: number
  retryOf: string | null
  rollbackOf: string | null
  /** Of a later attempt: stages whose work is done, and what it gave. */
  reused?: Reused
  /** Who is told about the run, besides what its definition says. */
  notifications?: readonly Subscription[]
}

/** A request to start a run, as it was accepted: who, under which key, and a hash of what was asked for. */
export interface StartRequest {
  principal: string
  idempotencyKey: string
  bodyHash: string
  input: ExecutionInput
}

export type Begun =
  /** The key is new: the run is recorded as `queued` and must be started. */
  | { outcome: 'new'; execution: Execution }
  /** The same request again: answer as before. `started` is false when the first one has not been confirmed yet. */
  | { outcome: 'replay'; execution: Execution; started: boolean; input: ExecutionInput }
  /** The key was used for another body. */
  | { outcome: 'mismatch'; execution: string }

/** What a workflow's outbox hands over. Idempotent by (execution, sequence); an older snapshot never replaces a newer. */
export interface RecordBatch {
  /** The state after the newest event of the batch; its `position` is ignored. Null in a look's batch: it has no state. */
  snapshot: Execution | null
  /** Sequence of the newest event the snapshot contains; 0 without a snapshot. */
  sequence: number
  events: ExecutionEvent[]
  evidence: StoredEvidence[]
}

export interface ExecutionFilter {
  pipeline?: string
  application?: string
  status?: readonly ExecutionStatus[]
  /** Only these applications may be seen; absent means all. */
  visible?: readonly string[]
  /** None of these applications may be seen. */
  hidden?: readonly string[]
}

export interface Page<T> {
  items: T[]
  /** Opaque; null on the last page. */
  next: string | null
}

export interface AuditEntry {
  at: Timestamp
  actor: string
  action: string
  /** What it was done to, e.g. `execution:checkout-1f2e`. */
  subject: string
  outcome: 'allowed' | 'refused'
  data: Readonly<Record<string, Json>>
}

/** Hash-chained: `hash` covers the entry and the hash before it. */
export interface AuditRecord extends AuditEntry {
  sequence: number
  previous: string
  hash: string
}

export interface AuditFilter {
  actor?: string
  action?: string
  subject?: string
  outcome?: AuditEntry['outcome']
  /** From here on. */
  from?: Timestamp
  /** Before this. */
  to?: Timestamp
}

/**
 * What must outlive a workflow. PostgreSQL dialect; the same suite runs on PGlite and PostgreSQL.
 *
 * Every method throws `StoreUnavailable` when the database cannot be reached in time, so that callers can tell
 * "no" from "not now". Lists are bounded by `limit` (1 to 500).
 */
export interface Store extends TokenStore, SessionStore, FreezeStore, QuarantineStore {
  begin(request: StartRequest): Promise<Begun>
  /** The run's workflow exists. */
  started(execution: string): Promise<void>
  /** Accepted, but not confirmed as started for at least `age` milliseconds; oldest first. */
  unstarted(age: number, limit: number): Promise<ExecutionInput[]>
  record(batch: RecordBatch): Promise<void>
  get(execution: string): Promise<Execution | null>
  /** What the run was started with; null when the run is unknown. */
  input(execution: string): Promise<ExecutionInput | null>
  /** Newest first. */
  list(filter: ExecutionFilter, limit: number, cursor: string | null): Promise<Page<Execution>>
  /** In order of position, after `position`. */
  events(after: number, limit: number, execution?: string): Promise<StoredEvent[]>
  /** Position of the newest event; 0 when there is none. */
  position(): Promise<number>
  /** Of all stages or of one, and then of its newest looks only; by stage, look and metric. */
  evidence(execution: string, of?: { stage: string; newest?: number }): Promise<StoredEvidence[]>
  /** The events of the newest looks of a stage, oldest first. The stage is counted from 0, as in the execution. */
  looks(execution: string, stageIndex: number, newest: number): Promise<StoredEvent[]>
  /** With a key, the same entry written again, by whichever process, stays one record. */
  audit(entry: AuditEntry, key?: string): Promise<AuditRecord>
  /** Newest first. */
  auditLog(limit: number, cursor: string | null, filter?: AuditFilter): Promise<Page<AuditRecord>>
  /** In order of sequence, after `sequence`. */
  auditAfter(sequence: number, limit: number): Promise<AuditRecord[]>
  /** Resolves with the first sequence at which the chain does not hold (changed, moved or missing), or null. */
  verifyAudit(): Promise<number | null>
  deliveries: Deliveries
  firings: Firings
  readers: Readers
  /**
   * Removes finished executions (events and evidence with them) that ended before `before`; returns how many. A replay
   * of their idempotency keys, which are kept for 30 days, is answered as before all the same.
   */
  prune(before: Timestamp): Promise<number>
  /** Calls `onEvent` soon after new events were recorded, by whichever process; returns how to stop. */
  subscribe(onEvent: () => void): Promise<() => Promise<void>>
  ping(): Promise<void>
  close(): Promise<void>
}
