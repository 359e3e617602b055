import type { StoredEvent } from '../../pipeline/execution.ts'

/** What tabs of one browser say to each other. Exactly one of them, the leader, holds the event stream. */
export type TabMessage =
  | { type: 'ask' }
  | { type: 'state'; connected: boolean; position: number | null }
  /** `previous` is the position before this event, as the leader saw it: who is elsewhere has missed something. */
  | { type: 'event'; previous: number | null; event: StoredEvent }

export interface Tabs {
  post(message: TabMessage): void
  listen(onMessage: (message: TabMessage) => void): void
  /**
   * Waits to become the leader, then calls `run`, whose signal aborts when the lead is lost; waits again after that.
   * Resolves when `run` returns by itself or `ending` aborts.
   */
  lead(ending: AbortSignal, run: (signal: AbortSignal) => Promise<void>): Promise<void>
  /** Takes the lead from a tab that does not answer. */
  usurp(): void
  close(): void
}

/** Tabs over Web Locks and a BroadcastChannel; a browser without them (no secure context) has one stream a tab. */
export function browserTabs(name: string): Tabs {
  if (navigator.locks === undefined || typeof BroadcastChannel === 'undefined') return loneTab
  const channel = new BroadcastChannel(name)
  let impatience = new AbortController()

  /** One term as leader. False when the lead was taken away or the wait was given up for a usurpation. */
  async function serve(ending: AbortSignal, run: (signal: AbortSignal) => Promise<void>, steal: boolean) {
    const term = new AbortController()
    const waiting = AbortSignal.any([ending, impatience.signal])
    try {
      const options = steal ? { steal } : { signal: waiting }
      await navigator.locks.request(name, options, () => run(AbortSignal.any([ending, term.signal])))
      return true
    } catch (error) {
      term.abort()
      if (error instanceof DOMException && error.name === 'AbortError') return false
      throw error
    }
  }

  return {
    post: message => channel.postMessage(message),
    listen(onMessage) {
      channel.onmessage = ({ data }) => onMessage(data as TabMessage)
    },
    async lead(ending, run) {
      let done = false
      while (!done && !ending.aborted) {
        const steal = impatience.signal.aborted
        if (steal) impatience = new AbortController()
        done = await serve(ending, run, steal)
      }
    },
    usurp: () => impatience.abort(),
    close: () => channel.close(),
  }
}

const loneTab: Tabs = {
  post: () => {},
  listen: () => {},
  lead: (ending, run) => run(ending),
  usurp: () => {},
  close: () => {},
}
