import type { Logger } from 'pino'
import type { Store } from '../../store/store.ts'
import { every } from '../every.ts'

const interval = 3_600_000

/** Removes runs that ended longer than `age` milliseconds ago, now and then. */
export function removeOldRuns(store: Store, age: number, log: Logger, signal: AbortSignal): Promise<void> {
  return every(interval, signal, async () => {
    try {
      const removed = await store.prune(new Date(Date.now() - age).toISOString())
      if (removed > 0) log.info({ removed }, 'removed old executions')
    } catch (error) {
      log.warn({ err: error }, 'old executions cannot be removed right now')
    }
  })
}
