import type { Logger } from 'pino'
import type { Store } from '../../store/store.ts'
import { every } from '../every.ts'

const interval = 3_600_000
/** An answer that is forgotten lets a copy of a signed delivery start a run again, so however short runs are kept: */
const shortestMemory = 30 * 86_400_000

export interface RetentionParts {
  store: { prune: Store['prune']; deliveries: Pick<Store['deliveries'], 'prune'> }
  now: () => Date
  log: Logger
}

/**
 * Removes runs that ended longer than `age` milliseconds ago, now and then, and what webhooks were answered before that,
 * at least 30 days ago.
 */
export function removeOldRuns(parts: RetentionParts, age: number, signal: AbortSignal): Promise<void> {
  const { store, now, log } = parts
  return every(interval, signal, async () => {
    const ago = (time: number) => new Date(now().getTime() - time).toISOString()
    await remove('executions', () => store.prune(ago(age)), log)
    await remove('deliveries', () => store.deliveries.prune(ago(Math.max(age, shortestMemory))), log)
  })
}

/** One that fails keeps no other from being removed; it is tried again the next time. */
async function remove(what: string, prune: () => Promise<number>, log: Logger): Promise<void> {
  try {
    const removed = await prune()
    if (removed > 0) log.info({ removed }, `removed old ${what}`)
  } catch (error) {
    log.warn({ err: error }, `old ${what} cannot be removed right now`)
  }
}
