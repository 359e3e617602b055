import fc from 'fast-check'
import pino from 'pino'
import { afterEach, expect, test } from 'vitest'
import type { StoredEvent } from '../../pipeline/execution.ts'
import { anExecution } from '../../test/fakes/api.ts'
import { memoryStore } from '../../test/fakes/memory-store.ts'
import { type Feed, openFeed } from './feed.ts'
import { getWhen } from './long-poll.ts'

const log = pino({ level: 'silent' })
let feed: Feed | null = null

afterEach(async () => {
  await feed?.close()
  feed = null
})

function open() {
  const store = memoryStore()
  const add = (execution: string) => store.add({ execution, kind: 'stage.progress', data: {} })
  return { store, add }
}

/** Reads as the event stream does, until `until` events were seen. */
async function follow(from: Feed, start: number, until: number, execution?: string): Promise<StoredEvent[]> {
  const seen: StoredEvent[] = []
  let position = start
  const never = new AbortController().signal
  while (seen.length < until) {
    const slice = await from.read(position, 3, execution)
    position = slice.position
    seen.push(...slice.events)
    if (slice.events.length < 3 && seen.length < until) await from.changed(position, never, execution)
  }
  return seen
}

test('every event comes once and in order, wherever one begins and whenever it was written', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('a', 'b', 'pause'), { maxLength: 60 }),
      fc.nat(60),
      fc.constantFrom(undefined, 'a'),
      async (script, begin, only) => {
        const { store, add } = open()
        const opened = openFeed(store, log)
        const written = script.filter(step => step !== 'pause')
        const expected = written
          .map((execution, index) => ({ execution, position: index + 1 }))
          .filter(({ position, execution }) => position > begin && (only ?? execution) === execution)
        const followed = follow(opened, begin, expected.length, only)
        for (const step of script) {
          if (step === 'pause') await new Promise(resolve => setImmediate(resolve))
          else add(step)
        }
        const seen = await followed
        await opened.close()
        expect(seen.map(({ position }) => position)).toEqual(expected.map(({ position }) => position))
      },
    ),
    { numRuns: 60 },
  )
})

test('events from before the memory of the feed come from the store', async () => {
  const { store, add } = open()
  for (let index = 0; index < 50; index++) add('a')
  feed = openFeed(store, log)
  await feed.changed(0, AbortSignal.timeout(50))
  add('b')
  const seen = await follow(feed, 10, 41)
  expect(seen.map(({ position }) => position)).toEqual(Array.from({ length: 41 }, (_, index) => index + 11))
})

test('a store that goes away makes the feed stale, and it catches up when the store is back', async () => {
  const { store, add } = open()
  feed = openFeed(store, log)
  add('a')
  await feed.changed(0, AbortSignal.timeout(1_000))
  store.down = true
  add('a')
  await expect.poll(() => feed!.isStale()).toBe(true)
  store.down = false
  await expect.poll(() => feed!.isStale(), { timeout: 3_000 }).toBe(false)
  expect((await feed.read(0, 10)).events).toHaveLength(2)
})

test('a long poll answers when the run has ended, not before, and not without a word when it never does', async () => {
  const { store } = open()
  store.put(anExecution({ id: 'a' }))
  feed = openFeed(store, log)
  const signal = new AbortController().signal
  const late = await getWhen(store, feed, 'a', { wait: 30, signal })
  expect(late?.status).toBe('running')

  const waiting = getWhen(store, feed, 'a', { wait: 10_000, signal })
  store.add({ execution: 'a', kind: 'stage.progress', data: {} })
  store.add({ execution: 'b', kind: 'execution.status', data: {} })
  store.add({ execution: 'a', kind: 'execution.status', data: {} }, { status: 'succeeded' })
  expect((await waiting)?.status).toBe('succeeded')
  expect(await getWhen(store, feed, 'none', { wait: 10_000, signal })).toBeNull()
})

test('with `after`, a long poll answers at the next change', async () => {
  const { store } = open()
  store.put(anExecution({ id: 'a' }))
  feed = openFeed(store, log)
  const { position } = store.add({ execution: 'a', kind: 'stage.progress', data: {} })
  const signal = new AbortController().signal
  expect((await getWhen(store, feed, 'a', { wait: 10_000, after: 0, signal }))?.position).toBe(position)
  const waiting = getWhen(store, feed, 'a', { wait: 10_000, after: position, signal })
  store.add({ execution: 'a', kind: 'stage.progress', data: {} })
  expect((await waiting)?.position).toBe(position + 1)
})
