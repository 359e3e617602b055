import type { StoredEvidence } from '../pipeline/evidence.ts'
import type {
  EventKind,
  Execution,
  ExecutionEvent,
  Json,
  StageProgress,
  StageState,
  Timestamp,
} from '../pipeline/execution.ts'
import { firstState } from '../pipeline/first-state.ts'
import type { ExecutionStatus, StageStatus } from '../pipeline/statuses.ts'
import { isFinal } from '../pipeline/statuses.ts'
import type { ExecutionInput } from '../store/store.ts'
import { runningStatus } from './aggregate.ts'
import type { Outbox } from './outbox.ts'

/**
 * The state of a run as a value, and the events that led to it. Every change goes through here and leaves one event.
 *
 * `data` of the events: `execution.status` and `stage.status` { status, reason } (a stage's last one also `outputs`),
 * `stage.progress` the progress, `canary.verdict` { verdict, reason, step }, `weights.changed` { target, service, weights },
 * `gate.answered` { gate, at, answer: `yes` | `no` | `none`, reason },
 * `undo.*` { what } and, when failed, { error }, `message.received` { message, by, reason }, `lock.*` { target, service }
 * with { holder } or { fence }, `judgment.requested` { approvals, approvers, instructions, seen, until },
 * `judgment.given` { decision, by, comment, inputs, seen } and `judgment.reminder` { missing, until }.
 */
export interface Journal {
  readonly execution: Execution
  /** Of the newest event. */
  readonly sequence: number
  stage(id: string): StageState
  setExecution(status: ExecutionStatus, reason?: string | null): void
  setStage(id: string, status: StageStatus, reason?: string | null): void
  progress(id: string, change: Partial<StageProgress>): void
  outputs(id: string, outputs: Readonly<Record<string, Json>>): void
  /** The stage begins anew: what the attempt before said about itself is gone. */
  nextAttempt(id: string, attempt: number): void
  /** Whether the run is paused has changed. */
  tell(): void
  event(kind: EventKind, data: Readonly<Record<string, Json>>, stage?: string): void
  /** What a look could not record by itself. */
  adopt(event: ExecutionEvent, evidence: readonly StoredEvidence[]): void
}

interface JournalParts {
  now(): number
  outbox: Outbox
  changed(): void
  /** Why the run is paused; null when it is not. */
  paused?: () => string | null
}

export function createJournal(
  input: ExecutionInput,
  { now, outbox, changed, paused = () => null }: JournalParts,
): Journal {
  let execution = initialExecution(input)
  let sequence = 0

  const timestamp = (): Timestamp => new Date(now()).toISOString()

  const record = (kind: EventKind, data: Readonly<Record<string, Json>>, stage?: string) => {
    sequence += 1
    const event: ExecutionEvent = { execution: input.id, sequence, at: timestamp(), kind, data }
    outbox.add(stage === undefined ? event : { ...event, stage })
    changed()
  }

  const stageOf = (id: string): StageState => {
    const stage = execution.stages.find(stage => stage.id === id)
    if (stage === undefined) throw new Error(`there is no stage "${id}" in ${input.id}`)
    return stage
  }

  const update = (id: string, change: Partial<StageState>) => {
    const stages = execution.stages.map(stage => (stage.id === id ? { ...stage, ...change } : stage))
    execution = { ...execution, stages }
  }

  /** While any stage goes on, the run's status follows from its stages'; how it ends is said by `setExecution`. */
  const tellRun = () => {
    const statuses = execution.stages.map(stage => stage.status)
    if (execution.status === 'queued' || statuses.every(isFinal)) return
    const status = runningStatus(statuses, paused() !== null)
    // A run in which nothing happens says what it waits for, be it for a window, a lock or the next attempt.
    const shown = status === 'running' && !statuses.includes('running') ? 'queued' : status
    const telling = execution.stages.find(stage => stage.status === shown && shown !== 'running')
    const reason = telling?.reason ? `${telling.id}: ${telling.reason}` : null
    setExecution(status, status === 'paused' ? paused() : reason)
  }

  const setExecution = (status: ExecutionStatus, reason: string | null = null) => {
    if (execution.status === status && execution.reason === reason) return
    execution = { ...execution, status, reason, endedAt: isFinal(status) ? timestamp() : null }
    const dropped: Record<string, Json> = isFinal(status) && outbox.dropped > 0 ? { eventsDropped: outbox.dropped } : {}
    record('execution.status', { status, reason, ...dropped })
  }

  return {
    get execution() {
      return execution
    },
    get sequence() {
      return sequence
    },
    stage: stageOf,
    setExecution,
    setStage(id, status, reason = null) {
      const before = stageOf(id)
      if (before.status === status && before.reason === reason) return
      const startedAt = before.startedAt ?? (status === 'pending' || status === 'skipped' ? null : timestamp())
      const ended = isFinal(status)
      update(id, { status, reason, startedAt, endedAt: ended ? timestamp() : null })
      record('stage.status', ended ? { status, reason, outputs: { ...before.outputs } } : { status, reason }, id)
      tellRun()
    },
    progress(id, change) {
      const before = stageOf(id).progress
      const progress: StageProgress = { phase: 'starting', ...before, ...change }
      if (JSON.stringify(progress) === JSON.stringify(before)) return
      update(id, { progress })
      record('stage.progress', { ...progress } as unknown as Record<string, Json>, id)
    },
    outputs(id, outputs) {
      update(id, { outputs: { ...stageOf(id).outputs, ...outputs } })
    },
    nextAttempt(id, attempt) {
      update(id, { attempt, outputs: {}, progress: null })
    },
    tell: tellRun,
    event: record,
    adopt(event, evidence) {
      outbox.add(event, evidence)
      changed()
    },
  }
}

function initialExecution(input: ExecutionInput): Execution {
  const { definition, id, revision, definitionHash, attempt, retryOf, rollbackOf, trigger, parameters } = input
  return {
    id,
    pipeline: definition.name,
    application: definition.application,
    revision,
    definitionHash,
    status: 'queued',
    attempt,
    retryOf,
    rollbackOf,
    trigger,
    parameters,
    createdAt: input.createdAt,
    endedAt: null,
    reason: null,
    position: 0,
    stages: definition.stages.map(stage => firstState(stage, input.reused)),
  }
}
