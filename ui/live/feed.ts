import type { Client } from '../../api/client/client.ts'
import type { StoredEvent } from '../../pipeline/execution.ts'
import type { TabMessage, Tabs } from './tabs.ts'

/** Whether what is shown is up to date. `at` is when that changed (epoch ms); null: never connected so far. */
export interface Line {
  connected: boolean
  at: number | null
}

export interface FeedOptions {
  events: Client['events']
  tabs: Tabs
  now(): number
  /** Each event once and in order. */
  onEvent(event: StoredEvent): void
  /** Something may have been missed: all that is known is stale. Also called when the feed begins. */
  onGap(): void
  /** The server will not let us listen. */
  onRefused(error: unknown): void
}

export interface Feed {
  line(): Line
  subscribe(onChange: () => void): () => void
  /** To be called now and then while somebody looks: takes over when the leading tab has stopped answering. */
  check(): void
  close(): void
}

/** Unanswered questions after which the leading tab counts as gone. */
const patience = 3

/** The events of the server, through one stream for all tabs of this browser. */
export function openFeed({ events, tabs, now, onEvent, onGap, onRefused }: FeedOptions): Feed {
  const ending = new AbortController()
  const listeners = new Set<() => void>()
  let line: Line = { connected: false, at: null }
  let position: number | null = null
  let leading = false
  let unanswered = 0

  tabs.listen(hear)
  tabs.post({ type: 'ask' })
  tabs.lead(ending.signal, lead).catch(onRefused)

  return {
    line: () => line,
    subscribe(onChange) {
      listeners.add(onChange)
      return () => listeners.delete(onChange)
    },
    check() {
      if (leading) return
      unanswered += 1
      if (unanswered <= patience) {
        tabs.post({ type: 'ask' })
        return
      }
      unanswered = 0
      setConnected(false)
      tabs.usurp()
    },
    close() {
      ending.abort()
      tabs.close()
    },
  }

  async function lead(signal: AbortSignal): Promise<void> {
    leading = true
    try {
      for await (const item of events(position === null ? { signal } : { signal, after: position })) {
        if (item.type === 'event') {
          tabs.post({ type: 'event', previous: position, event: item.event })
          take(position, item.event)
          continue
        }
        if (item.type === 'live') meet(item.position)
        setConnected(item.type === 'live')
        tabs.post(state())
      }
    } catch (error) {
      if (!signal.aborted) onRefused(error)
    } finally {
      leading = false
    }
  }

  function hear(message: TabMessage): void {
    if (message.type === 'ask') {
      if (leading) tabs.post(state())
      return
    }
    // A former leader that wakes up may still talk for a moment.
    if (leading) return
    unanswered = 0
    if (message.type === 'event') {
      take(message.previous, message.event)
      return
    }
    // A new leader may be behind us: then it will send again what we already have.
    const behind = position !== null && message.position !== null && message.position < position
    if (!behind && message.position !== null) meet(message.position)
    setConnected(message.connected)
  }

  function take(previous: number | null, event: StoredEvent): void {
    if (position !== null && event.position <= position) return
    if (previous !== position) onGap()
    position = event.position
    onEvent(event)
  }

  /** The stream goes on after `at`; anything else than where we are means that something was missed. */
  function meet(at: number): void {
    if (at === position) return
    position = at
    onGap()
  }

  function state(): TabMessage {
    return { type: 'state', connected: line.connected, position }
  }

  function setConnected(connected: boolean): void {
    if (connected === line.connected) return
    line = { connected, at: now() }
    for (const listener of listeners) listener()
  }
}
