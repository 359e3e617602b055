import type { Logger } from 'pino'
import type { StoredEvent } from '../../pipeline/execution.ts'
import type { Store } from '../../store/store.ts'

export interface Slice {
  events: StoredEvent[]
  /** Everything up to here has been looked at: go on from it. */
  position: number
}

/**
 * The store's events for everyone in this process who watches: read once, kept for a while, handed to all.
 * Positions have no gaps, so reading from a position to the end is all it takes to miss nothing and repeat nothing.
 */
export interface Feed {
  /** Position of the newest event that was seen; null while the store could not be asked yet. */
  position(): number | null
  /** True while the store cannot be read: what is shown may be out of date. */
  isStale(): boolean
  /** At most `limit` events after `position`, in order; of one run when it is named. */
  read(position: number, limit: number, execution?: string): Promise<Slice>
  /** Resolves when there may be something after `position`, when the feed became stale, or when `signal` aborts. */
  changed(position: number, signal: AbortSignal, execution?: string): Promise<void>
  close(): Promise<void>
}

const kept = 2_000
const batch = 500
const retryAfter = 500

export function openFeed(store: Store, log: Logger): Feed {
  const recent: StoredEvent[] = []
  const waiting = new Set<Waiter>()
  let tail: number | null = null
  let stale = false
  let closed = false
  let pumping: Promise<void> | null = null
  let again = false

  /** One reader at a time; a call that comes while it reads makes it look once more. */
  function pump(): void {
    again = true
    pumping ??= readOn().finally(() => {
      pumping = null
    })
  }

  async function readOn(): Promise<void> {
    while (again && !closed) {
      again = false
      try {
        await readToEnd()
        if (stale) log.info('the event feed reads again')
        stale = false
      } catch (error) {
        if (!stale) log.warn({ err: error }, 'the event feed cannot read; live views wait')
        stale = true
        again = true
        wake(waiter => waiter.resolve())
        await new Promise(resolve => setTimeout(resolve, retryAfter))
      }
    }
  }

  async function readToEnd(): Promise<void> {
    tail ??= await store.position()
    for (;;) {
      const events: StoredEvent[] = await store.events(tail, batch)
      if (events.length === 0) return
      tail = events.at(-1)!.position
      recent.push(...events)
      recent.splice(0, recent.length - kept)
      const touched = new Set(events.map(event => event.execution))
      wake(waiter => {
        if (waiter.execution === undefined || touched.has(waiter.execution)) waiter.resolve()
      })
      if (events.length < batch) return
    }
  }

  function wake(each: (waiter: Waiter) => void): void {
    for (const waiter of [...waiting]) each(waiter)
  }

  const subscribed = store.subscribe(pump).catch(() => async () => {})
  pump()

  return {
    position: () => tail,
    isStale: () => stale,

    async read(position, limit, execution) {
      const seen = tail
      if (seen !== null && position >= seen) return { events: [], position }
      const first = recent[0]?.position ?? Number.POSITIVE_INFINITY
      const remembered = position >= first - 1
      const events = remembered
        ? recent.filter(e => e.position > position && (execution === undefined || e.execution === execution))
        : await store.events(position, limit, execution)
      if (events.length >= limit) return { events: events.slice(0, limit), position: events[limit - 1]!.position }
      return { events, position: Math.max(position, seen ?? 0, events.at(-1)?.position ?? 0) }
    },

    changed(position, signal, execution) {
      const isNews = (event: StoredEvent) => execution === undefined || event.execution === execution
      if (signal.aborted || recent.some(event => event.position > position && isNews(event))) return Promise.resolve()
      return new Promise(resolve => {
        const done = () => {
          waiting.delete(waiter)
          signal.removeEventListener('abort', done)
          resolve()
        }
        const waiter: Waiter = { execution, resolve: done }
        waiting.add(waiter)
        signal.addEventListener('abort', done)
      })
    },

    async close() {
      closed = true
      wake(waiter => waiter.resolve())
      const unsubscribe = await subscribed
      await unsubscribe().catch(() => {})
      await pumping
    },
  }
}

interface Waiter {
  execution: string | undefined
  resolve(): void
}
