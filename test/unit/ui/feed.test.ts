import { expect, test, vi } from 'vitest'
import type { LiveEvent } from '../../../api/client/events.ts'
import type { StoredEvent } from '../../../pipeline/execution.ts'
import { openFeed } from '../../../ui/live/feed.ts'
import type { TabMessage, Tabs } from '../../../ui/live/tabs.ts'

/** A browser with several tabs: one lock, one channel; and a server whose events every stream gets from its position on. */
function browser() {
  const events: StoredEvent[] = []
  const listeners = new Map<number, (message: TabMessage) => void>()
  const deaf = new Set<number>()
  const waiting: { tab: number; start: () => void }[] = []
  const streams = new Set<() => void>()
  let leader: { tab: number; term: AbortController } | null = null
  let opened = 0

  function next() {
    if (leader === null) waiting.shift()?.start()
  }

  function tabs(tab: number): Tabs {
    return {
      post(message) {
        const copy = structuredClone(message)
        for (const [other, listener] of listeners) if (other !== tab && !deaf.has(other)) listener(copy)
      },
      listen: onMessage => void listeners.set(tab, onMessage),
      lead: (ending, run) =>
        new Promise(resolve => {
          const start = async () => {
            const term = new AbortController()
            leader = { tab, term }
            await run(AbortSignal.any([ending, term.signal]))
            if (leader?.term === term) leader = null
            resolve()
            next()
          }
          waiting.push({ tab, start })
          next()
        }),
      usurp() {
        leader?.term.abort()
        leader = null
        const own = waiting.findIndex(one => one.tab === tab)
        waiting.unshift(...waiting.splice(own, 1))
        next()
      },
      close: () => void listeners.delete(tab),
    }
  }

  async function* stream({ signal, after }: { signal: AbortSignal; after?: number }): AsyncGenerator<LiveEvent> {
    opened += 1
    let position = after ?? events.at(-1)?.position ?? 0
    yield { type: 'live', position }
    while (!signal.aborted) {
      for (const event of events.filter(one => one.position > position)) {
        position = event.position
        yield { type: 'event', event }
      }
      await new Promise<void>(resolve => {
        streams.add(resolve)
        signal.addEventListener('abort', () => resolve())
      })
    }
  }

  return {
    open(tab: number) {
      const seen: number[] = []
      const onGap = vi.fn()
      const feed = openFeed({
        events: stream,
        tabs: tabs(tab),
        now: Date.now,
        onEvent: event => seen.push(event.position),
        onGap,
        onRefused: error => expect.unreachable(String(error)),
      })
      return { feed, seen, onGap }
    },
    async happen(position: number) {
      events.push({ position, execution: 'a', sequence: position, at: '', kind: 'stage.status', data: {} })
      for (const wake of streams) wake()
      streams.clear()
      await settled()
    },
    /** The tab still holds the lead but does and hears nothing any more. */
    hang(tab: number) {
      listeners.delete(tab)
      streams.clear()
    },
    /** Nothing of what the others say arrives, until called again. */
    deafen(tab: number) {
      if (!deaf.delete(tab)) deaf.add(tab)
    },
    leader: () => leader?.tab ?? null,
    opened: () => opened,
  }
}

async function settled() {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
}

test('one tab holds the stream and every tab sees each event once', async () => {
  const { open, happen, opened } = browser()
  const [first, second] = [open(1), open(2)]
  await settled()
  await happen(1)
  await happen(2)
  expect([first.seen, second.seen]).toEqual([
    [1, 2],
    [1, 2],
  ])
  expect(opened()).toBe(1)
  expect(second.feed.line().connected).toBe(true)
})

test('when the leading tab is closed another goes on from where it was', async () => {
  const { open, happen, leader } = browser()
  const [first, second] = [open(1), open(2)]
  await settled()
  await happen(1)
  first.feed.close()
  await settled()
  await happen(2)
  expect(leader()).toBe(2)
  expect(second.seen).toEqual([1, 2])
})

test('a tab that does not answer loses the lead, and what happened meanwhile is not lost', async () => {
  const { open, happen, hang, leader } = browser()
  open(1)
  const second = open(2)
  await settled()
  await happen(1)
  hang(1)
  await happen(2)
  for (let check = 0; check < 4; check += 1) second.feed.check()
  await settled()
  expect(leader()).toBe(2)
  expect(second.seen).toEqual([1, 2])
  expect(second.feed.line().connected).toBe(true)
})

test('a new leader that is behind sends again what it missed, and nobody sees it twice', async () => {
  const { open, happen, deafen } = browser()
  const [first, second, third] = [open(1), open(2), open(3)]
  await settled()
  await happen(1)
  deafen(2)
  await happen(2)
  deafen(2)
  first.feed.close()
  await settled()
  await happen(3)
  expect(second.seen).toEqual([1, 2, 3])
  expect(third.seen).toEqual([1, 2, 3])
})

test('a leading tab that answers keeps the lead', async () => {
  const { open, leader } = browser()
  open(1)
  const second = open(2)
  await settled()
  for (let check = 0; check < 20; check += 1) second.feed.check()
  expect(leader()).toBe(1)
})

test('a tab that opens later treats what it knows as stale once, and then only follows', async () => {
  const { open, happen } = browser()
  open(1)
  await settled()
  await happen(1)
  const late = open(2)
  await settled()
  await happen(2)
  expect(late.seen).toEqual([2])
  expect(late.onGap).toHaveBeenCalledTimes(1)
})

test('a tab that has missed an event says that there is a gap', async () => {
  const posted: ((message: TabMessage) => void)[] = []
  const onGap = vi.fn()
  openFeed({
    events: async function* () {},
    tabs: {
      post: () => {},
      listen: on => void posted.push(on),
      lead: async () => {},
      usurp: () => {},
      close: () => {},
    },
    now: Date.now,
    onEvent: () => {},
    onGap,
    onRefused: () => {},
  })
  const hear = posted[0]!
  const event = (position: number): StoredEvent => ({
    ...{ position, execution: 'a', sequence: position, at: '', kind: 'stage.status', data: {} },
  })
  hear({ type: 'state', connected: true, position: 1 })
  onGap.mockClear()
  hear({ type: 'event', previous: 1, event: event(2) })
  expect(onGap).not.toHaveBeenCalled()
  hear({ type: 'event', previous: 3, event: event(4) })
  expect(onGap).toHaveBeenCalledTimes(1)
})
