import { connect } from 'node:net'
import express from 'express'
import pino from 'pino'
import { afterEach, expect, test } from 'vitest'
import { type MemoryStore, memoryStore } from '../../test/fakes/memory-store.ts'
import { type Listening, listen } from '../http/server.ts'
import { type Pace, writeEvents } from './event-stream.ts'
import { type Feed, openFeed } from './feed.ts'

let feed: Feed
let listening: Listening

afterEach(async () => {
  await listening.close()
  await feed.close()
})

/** Serves one stream; `reads` counts how often the feed was read for it. */
async function serve(store: MemoryStore, { isAllowed = () => true, pace }: { isAllowed?: () => boolean; pace: Pace }) {
  feed = openFeed(store, pino({ level: 'silent' }))
  const seen = { reads: 0, ended: false }
  const counted: Feed = { ...feed, read: (...asked) => feed.read(...asked).finally(() => (seen.reads += 1)) }
  const app = express().get('/', async (_request, response) => {
    const gone = new AbortController()
    response.on('close', () => gone.abort())
    const viewer = { sees: async () => true, renew: async () => isAllowed() }
    await writeEvents(counted, response, { after: 0, execution: undefined, signal: gone.signal, viewer }, pace)
    seen.ended = true
  })
  listening = await listen(app, '127.0.0.1', 0)
  await expect.poll(() => feed.position()).not.toBeNull()
  return seen
}

test('a stream shows that it lives, and ends when its caller may not go on', async () => {
  let allowed = true
  await serve(memoryStore(), { isAllowed: () => allowed, pace: { heartbeat: 30, slowest: 1_000 } })
  const response = await fetch(`http://127.0.0.1:${listening.port}/`)
  setTimeout(() => {
    allowed = false
  }, 100)
  const text = await response.text()
  expect(text).toMatch(/^id: 0\nevent: live\ndata: \{"position":0\}\n\n(: alive\n\n)+$/)
})

test('who catches up on a long past is asked meanwhile, too, and gets no more of it', async () => {
  const store = memoryStore()
  for (let index = 0; index < 1_000; index++) store.add({ execution: 'a', kind: 'stage.progress', data: {} })
  await serve(store, { isAllowed: () => false, pace: { heartbeat: 0, slowest: 1_000 } })
  expect(await (await fetch(`http://127.0.0.1:${listening.port}/`)).text()).not.toContain('stage.progress')
})

test('a reader that does not read is not read for, and is given up', async () => {
  const store = memoryStore()
  const data = { text: 'x'.repeat(10_000) }
  for (let index = 0; index < 5_000; index++) store.add({ execution: 'a', kind: 'stage.progress', data })
  const seen = await serve(store, { pace: { heartbeat: 10_000, slowest: 300 } })
  const socket = connect(listening.port, '127.0.0.1')
  socket.pause()
  socket.on('error', () => {})
  socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
  await expect.poll(() => seen.ended, { timeout: 5_000 }).toBe(true)
  // 5,000 events of 10 KB are 25 reads; what fits into the buffers of two sockets is a few.
  expect(seen.reads).toBeLessThan(10)
  socket.destroy()
})
