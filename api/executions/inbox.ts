import type { Execution, StageState } from '../../pipeline/execution.ts'
import type { ExecutionFilter, Store } from '../../store/store.ts'
import type { Inbox, InboxItem } from '../contract/steering.ts'
import { retryId } from './retry.ts'

/** What the caller may see. */
type Shown = Pick<ExecutionFilter, 'visible' | 'hidden'>

const mostOpen = 500
const mostErrored = 50
/** What errored longer ago than this (milliseconds) is history. */
const recently = 7 * 24 * 60 * 60_000

/** All that waits for a person, the longest waiting first. */
export async function readInbox(store: Store, now: Date, shown: Shown): Promise<Inbox> {
  const [open, errored] = await Promise.all([
    store.list({ status: ['waiting', 'held', 'rolling-back'], ...shown }, mostOpen, null),
    store.list({ status: ['errored'], ...shown }, mostErrored, null),
  ])
  const left = errored.items.filter(({ endedAt }) => now.getTime() - Date.parse(endedAt ?? '') < recently)
  const retried = await Promise.all(left.map(execution => store.get(retryId(execution))))
  const unresolved = left.filter((_, index) => retried[index] === null)
  const items = [...open.items, ...unresolved].flatMap(itemsOf)
  return { items: items.sort((a, b) => compare(a.since ?? '', b.since ?? '')) }
}

function itemsOf(execution: Execution): InboxItem[] {
  return execution.stages.flatMap(stage => {
    const kind = kindOf(stage)
    if (kind === null) return []
    const { id, pipeline, application, status } = execution
    const since = stage.endedAt ?? stage.startedAt
    const judgment = kind === 'judgment' ? (stage.progress?.judgment ?? null) : null
    return [
      { kind, execution: id, pipeline, application, status, stage: stage.id, since, reason: stage.reason, judgment },
    ]
  })
}

function kindOf({ status, progress }: StageState): InboxItem['kind'] | null {
  if (status === 'waiting' && progress?.judgment !== undefined) return 'judgment'
  if (status === 'held') return 'held'
  if (status !== 'errored') return null
  return progress?.phase === 'not undone' ? 'rollback-failed' : 'errored'
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
