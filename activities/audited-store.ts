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
      // An end is told by its event, by the snapshot, or by both.
      const told = new Map([...batch.events.filter(isNotable), ...endOf(batch)].map(event => [keyOf(event), event]))
      for (const [key, event] of told) await store.audit(entryOf(event, batch), key)
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

/** What the snapshot shows as the end, if it does. */
function endOf({ snapshot, sequence }: RecordBatch): ExecutionEvent[] {
  if (snapshot === null || snapshot.endedAt === null) return []
  const { id, status, reason, endedAt } = snapshot
  return [{ execution: id, sequence, at: endedAt, kind: 'execution.status', data: { status, reason } }]
}

/** The same for an end whether its event tells it or the snapshot. */
function keyOf({ execution, sequence, kind, data }: ExecutionEvent): string {
  return `${execution}/${kind === 'execution.status' ? data.status : sequence}`
}

const always: ReadonlySet<EventKind> = new Set(['canary.verdict', 'judgment.given', 'message.received', 'undo.failed'])

function isNotable({ kind, data }: ExecutionEvent): boolean {
  if (kind === 'execution.status') return typeof data.status === 'string' && isFinal(data.status as ExecutionStatus)
  return always.has(kind)
}

function entryOf(event: ExecutionEvent, { snapshot }: RecordBatch): AuditEntry {
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
