import type { QueryClient } from '@tanstack/react-query'
import type { EventKind, StoredEvent } from '../../pipeline/execution.ts'
import { keys } from './keys.ts'
import type { Refresher } from './refresher.ts'

/** A look adds to what the judge has seen and changes nothing else; a verdict does both. */
const analysisKinds: ReadonlySet<EventKind> = new Set(['canary.look', 'canary.verdict'])

/** What may make work for a person, or be it done. */
const inboxKinds: ReadonlySet<EventKind> = new Set([
  'execution.status',
  'stage.status',
  'judgment.requested',
  'judgment.given',
  'undo.failed',
])

/** What may change who runs where, and who may change it. */
const targetKinds: ReadonlySet<EventKind> = new Set([
  'weights.changed',
  'stage.status',
  'undo.done',
  'lock.waiting',
  'lock.acquired',
])

/** More than happen while a timeline is read. */
const kept = 1_000

/** Brings events into the cache: timelines grow at once, the rest is read again. */
export function applyEvents(queryClient: QueryClient, refresher: Refresher, events: readonly StoredEvent[]): void {
  queryClient.setQueryData<StoredEvent[]>(keys.recent, known => [...(known ?? []), ...events].slice(-kept))
  for (const [execution, own] of Map.groupBy(events, event => event.execution))
    queryClient.setQueryData<StoredEvent[]>(keys.timeline(execution), known => known && withNew(known, own))
  for (const event of events) touchAll(refresher, event)
}

function touchAll(refresher: Refresher, { kind, execution }: StoredEvent): void {
  if (kind !== 'canary.look') {
    refresher.touch(keys.execution(execution))
    refresher.touch(keys.lists)
  }
  if (inboxKinds.has(kind)) refresher.touch(keys.inbox)
  if (targetKinds.has(kind)) {
    refresher.touch(keys.targets)
    refresher.touch(keys.locks)
  }
  if (analysisKinds.has(kind)) refresher.touch(keys.analysis(execution))
}

/** A timeline with what came while it was read: an event must neither be missing nor be there twice. */
export function withRecent(queryClient: QueryClient, execution: string, events: StoredEvent[]): StoredEvent[] {
  const recent = queryClient.getQueryData<StoredEvent[]>(keys.recent) ?? []
  return withNew(
    events,
    recent.filter(event => event.execution === execution),
  )
}

function withNew(known: StoredEvent[], more: readonly StoredEvent[]): StoredEvent[] {
  const last = known.at(-1)?.position ?? 0
  const fresh = more.filter(({ position }) => position > last)
  return fresh.length === 0 ? known : [...known, ...fresh]
}
