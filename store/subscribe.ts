import { setTimeout } from 'node:timers/promises'
import type pg from 'pg'
import type { Database } from './database.ts'
import type { Store } from './store.ts'

/**
 * Tells subscribers of new events: by NOTIFY on a connection of its own, and by asking for the position every
 * `pollInterval` milliseconds, because a pooler between us and the database swallows notifications without a word.
 * With no subscriber there is neither connection nor question.
 */
export function subscriptions(database: Database, position: Store['position'], pollInterval: number) {
  const subscribers = new Set<() => void>()
  let watch: Watch | null = null

  function tell() {
    for (const subscriber of subscribers) subscriber()
  }

  return {
    async subscribe(onEvent: () => void): Promise<() => Promise<void>> {
      const subscriber = () => onEvent()
      subscribers.add(subscriber)
      watch ??= startWatch(database, position, pollInterval, tell)
      await watch.ready
      return async () => {
        subscribers.delete(subscriber)
        if (subscribers.size > 0) return
        const ended = watch
        watch = null
        await ended?.stop()
      }
    },

    async close() {
      subscribers.clear()
      await watch?.stop()
      watch = null
    },
  }
}

interface Watch {
  /** Resolves once the position from which changes are noticed is known, or the store could not be asked for it. */
  ready: Promise<void>
  stop(): Promise<void>
}

function startWatch(database: Database, position: Store['position'], pollInterval: number, tell: () => void): Watch {
  const stopping = new AbortController()
  const { signal } = stopping
  let seen: number | null = null
  let listener: pg.Client | null = null

  /** A store that could not be asked before may have got events meanwhile, so its first answer counts as news. */
  async function look() {
    const now = await position().catch(() => null)
    if (now !== null) see(now)
  }

  function see(now: number) {
    if (!(now > (seen ?? -1)) || signal.aborted) return
    seen = now
    tell()
  }

  async function listen() {
    const client = await database.connect().catch(() => null)
    if (client === null) return
    client.on('notification', ({ payload }) => see(Number(payload)))
    client.on('end', () => {
      listener = null
    })
    listener = client
    await client.query('listen slipway_events').catch(() => client.end())
  }

  async function keepListening() {
    while (!signal.aborted) {
      if (listener === null) await listen()
      await setTimeout(pollInterval, null, { signal }).catch(() => {})
    }
    await listener?.end().catch(() => {})
  }

  async function poll() {
    while (!signal.aborted) {
      await setTimeout(pollInterval, null, { signal }).catch(() => {})
      await look()
    }
  }

  async function start() {
    seen = await position().catch(() => null)
  }

  const ready = start()
  const watching = Promise.all([ready.then(poll), ready.then(keepListening)])
  return {
    ready,
    async stop() {
      stopping.abort()
      await watching
    },
  }
}
