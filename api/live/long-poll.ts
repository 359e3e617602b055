import type { Execution } from '../../pipeline/execution.ts'
import { isFinal } from '../../pipeline/statuses.ts'
import type { Store } from '../../store/store.ts'
import type { Feed } from './feed.ts'

export interface Until {
  /** Milliseconds to wait at most. */
  wait: number
  /** Answer as soon as the run has got past this position, too. */
  after?: number | undefined
  signal: AbortSignal
}

/** The run once it has ended, has got past `after`, or the time is up; null when there is no such run. */
export async function getWhen(store: Store, feed: Feed, execution: string, until: Until): Promise<Execution | null> {
  const timeUp = AbortSignal.any([until.signal, AbortSignal.timeout(until.wait)])
  for (;;) {
    // What happens after this and before the wait below wakes it up.
    const seen = feed.position() ?? 0
    const found = await store.get(execution)
    if (found === null || isFinal(found.status) || timeUp.aborted) return found
    if (until.after !== undefined && found.position > until.after) return found
    await feed.changed(seen, timeUp, execution)
    // A store that went away answers the next question itself: with "not now", or again with the run.
  }
}
