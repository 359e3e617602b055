import type { EventKind, Execution, ExecutionEvent } from '../pipeline/execution.ts'
import { type ExecutionStatus, isFinal } from '../pipeline/statuses.ts'
import type { AuditEntry, RecordBatch, Store } from '../store/store.ts'

/**
 * A store that writes starts, verdicts, decisions and ends of runs into the audit log before they are recorded: what can be
 * seen is in the log. A batch that is recorded again, because whoever did it died, leaves no second entry. The snapshot can
 * be ahead of the events of its batch, and shows the end before the event of it comes.
 */
export function auditedStore<S extends Pick<Store, 'record' | 'audit'>>(store: S): S {
  return {
    ...store,
    async record(batch: RecordBatch) {
      const began = batch.events.find(({ sequence }) => sequence === 1)
      if (began !== undefined && batch.snapshot !== null)
        await store.audit(startOf(began, batch.snapshot), startKey(began.execution))
      for (const event of batch.events.filter(isNotable)) await store.audit(entryOf(event, batch), keyOf(event))
      const end = endOf(batch)
      if (end !== null) await store.audit(entryOf(end, batch), keyOf(end))
      await store.record(batch)
    },
  }
}

/** Key of the entry that a run was started: whoever accepted it writes it at once, and may die before. */
export function startKey(execution: string): string {
  return `${execution}/start`
}

function startOf({ at, execution }: ExecutionEvent, { trigger, definitionHash }: Execution): AuditEntry {
  const { type, by, detail } = trigger
  const data = { trigger: type, definition: definitionHash, ...(detail === undefined ? {} : { detail }) }
  return { at, actor: by, action: 'execution.start', subject: `execution:${execution}`, outcome: 'allowed', data }
}

type Told = Omit<ExecutionEvent, 'sequence'>

/** What the snapshot shows as the end. */
function endOf({ snapshot }: RecordBatch): Told | null {
  if (snapshot === null || snapshot.endedAt === null) return null
  const { id, status, reason, endedAt } = snapshot
  return { execution: id, at: endedAt, kind: 'execution.status', data: { status, reason } }
}

/** The same for an end whether its event tells it or the snapshot. */
function keyOf(told: ExecutionEvent | Told): string {
  const { execution, data } = told
  return `${execution}/${told.kind === 'execution.status' ? data.status : (told as ExecutionEvent).sequence}`
}

const always: ReadonlySet<EventKind> = new Set(['canary.verdict', 'judgment.given', 'message.received', 'undo.failed'])

function isNotable({ kind, data }: ExecutionEvent): boolean {
  if (kind === 'execution.status') return typeof data.status === 'string' && isFinal(data.status as ExecutionStatus)
  return always.has(kind)
}

function entryOf(event: Told, { snapshot }: RecordBatch): AuditEntry {
  const { execution, at, kind, stage, data } = event
  const { by, reason, decision, verdict, status, message, kind: what } = data
  const told = { by, reason, decision, verdict, status, message, what, stage, definition: snapshot?.definitionHash }
  return {
    at,
    actor: typeof by === 'string' ? by : 'slipway',
    action: kind,
    subject: `execution:${execution}`,
    outcome: 'allowed',
    data: Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined)) as AuditEntry['data'],
  }
}
