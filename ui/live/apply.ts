import type { QueryClient } from '@tanstack/react-query'
import type { EventKind, StoredEvent } from '../../pipeline/execution.ts'
import { keys } from './keys.ts'
import type { Refresher } from './refresher.ts'

/** Events that add to what the judge has seen. */
const analysisKinds: ReadonlySet<EventKind> = new Set(['canary.look', 'canary.verdict'])

/** Brings one event into the cache: the timeline grows at once, the rest is read again. */
export function applyEvent(queryClient: QueryClient, refresher: Refresher, event: StoredEvent): void {
  queryClient.setQueryData<StoredEvent[]>(keys.timeline(event.execution), known => append(known, event))
  refresher.touch(keys.execution(event.execution))
  refresher.touch(keys.lists)
  if (analysisKinds.has(event.kind)) refresher.touch(keys.analysis(event.execution))
}

/** Undefined stays undefined: a timeline nobody has asked for is not begun in the middle. */
function append(known: StoredEvent[] | undefined, event: StoredEvent): StoredEvent[] | undefined {
  const last = known?.at(-1)?.position ?? 0
  return known !== undefined && event.position > last ? [...known, event] : known
}
