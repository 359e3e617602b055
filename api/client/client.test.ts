import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type FakeApi, startFakeApi } from '../../test/fakes/api.ts'
import { createClient } from './client.ts'
import { ApiProblem, ServerUnreachable } from './errors.ts'
import type { LiveEvent } from './events.ts'

let api: FakeApi
const ending: AbortController[] = []

beforeEach(async () => {
  api = await startFakeApi()
})
afterEach(async () => {
  for (const controller of ending.splice(0)) controller.abort()
  await api.stop()
})

test('a call sends what the contract says and gives what it answers', async () => {
  const execution = await api.client.startExecution({ name: 'shop', body: { parameters: { version: '1' } } })
  expect(execution).toMatchObject({ pipeline: 'shop', status: 'queued', parameters: { version: '1' } })
  expect(await api.client.getExecution({ id: execution.id })).toEqual({ ...execution, pending: [] })
  expect((await api.client.listExecutions({ status: ['queued', 'running'], limit: 5 })).items).toHaveLength(1)
  expect((await api.client.listExecutions({ status: ['held'] })).items).toEqual([])
  expect(await api.client.getHealth()).toMatchObject({ status: 'ok' })
})

test('a refusal arrives as a problem with its kind and when to come back', async () => {
  const missing = await api.client.getExecution({ id: 'nobody' }).catch(error => error)
  expect(missing).toBeInstanceOf(ApiProblem)
  expect([missing.kind, missing.problem.status]).toEqual(['not-found', 404])
  api.engine.down = true
  const away = await api.client.startExecution({ name: 'shop', body: { parameters: { version: '1' } } }).catch(e => e)
  expect([away.kind, away.retryAfter]).toEqual(['unavailable', 2_000])
  // Health is no refusal: its body says what is down.
  expect((await api.client.getHealth()).checks.temporal).toBe('down')
})

test('what does not speak this API is "no server", and an abort stays an abort', async () => {
  const nobody = createClient({ url: 'http://127.0.0.1:9', token: 't' })
  await expect(nobody.getSession()).rejects.toBeInstanceOf(ServerUnreachable)
  const server = await serve((_request, response) => response.writeHead(502).end('<html>proxy</html>'))
  const proxied = createClient({ url: urlOf(server), token: 't' })
  await expect(proxied.getSession()).rejects.toMatchObject({ problem: { status: 502 }, kind: null })
  // Not even as bad health.
  await expect(proxied.getHealth()).rejects.toMatchObject({ problem: { status: 502 } })
  server.close()
  const signal = AbortSignal.abort()
  await expect(api.client.getSession({}, { signal })).rejects.toMatchObject({ name: 'AbortError' })
})

describe('the event stream', () => {
  const add = () => api.store.add({ execution: 'a', kind: 'stage.progress', data: { text: 'größer\n\nnext' } })

  test('begins now, and tells when it is live', async () => {
    add()
    await settled()
    const { next } = listen({})
    expect(await next()).toEqual({ type: 'live', position: 1 })
    const event = add()
    expect(await next()).toEqual({ type: 'event', event })
  })

  test('resumes after a position, of one run when asked', async () => {
    for (let index = 0; index < 250; index++) add()
    api.store.add({ execution: 'b', kind: 'stage.progress', data: {} })
    await settled()
    const all = listen({ after: 10 })
    expect(await all.next()).toEqual({ type: 'live', position: 10 })
    const seen = await take(all.next, 241)
    expect(seen.map(item => item.type === 'event' && item.event.position)).toEqual(
      Array.from({ length: 241 }, (_, index) => index + 11),
    )
    const one = listen({ after: 0, execution: 'b' })
    expect(await one.next()).toMatchObject({ type: 'live', position: 0 })
    expect(await one.next()).toMatchObject({ event: { execution: 'b', position: 251 } })
  })

  test('ends when the store is away, and goes on without a gap when it is back', async () => {
    const { next } = listen({ after: 0 })
    await next()
    add()
    expect(await next()).toMatchObject({ event: { position: 1 } })
    api.store.down = true
    add()
    expect(await next()).toMatchObject({ type: 'lost' })
    api.store.down = false
    const items = await untilEvent(next)
    expect(items.at(-1)).toMatchObject({ event: { position: 2 } })
  })

  test('a position that the server never gave (another store) does not wait for ever', async () => {
    add()
    await settled()
    const { next } = listen({ after: 1_000 })
    expect(await next()).toEqual({ type: 'live', position: 1 })
  })

  test('a refusal for good ends it', async () => {
    const client = createClient({ url: api.url, token: 'wrong' })
    const stream = client.events({ signal: new AbortController().signal })
    await expect(stream.next()).rejects.toMatchObject({ kind: 'unauthenticated' })
  })

  test('is cut into pieces anywhere and still read right', async () => {
    const text =
      'id: 1\nevent: live\ndata: {"position":1}\n\n: alive\n\nid: 2\ndata: {"position":2,"data":{"t":"ü"}}\n\n'
    const bytes = Buffer.from(text)
    const server = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      for (const byte of bytes) response.write(Buffer.of(byte))
    })
    const controller = new AbortController()
    ending.push(controller)
    const stream = createClient({ url: urlOf(server) }).events({ signal: controller.signal })
    expect((await stream.next()).value).toEqual({ type: 'live', position: 1 })
    expect((await stream.next()).value).toEqual({ type: 'event', event: { position: 2, data: { t: 'ü' } } })
    controller.abort()
    server.closeAllConnections()
    server.close()
  })

  function listen(options: { after?: number; execution?: string }) {
    const controller = new AbortController()
    ending.push(controller)
    const stream = api.client.events({ ...options, signal: controller.signal })
    return { next: async () => (await stream.next()).value as LiveEvent }
  }

  /** Until the feed of the server has seen all that was added. */
  const settled = () => new Promise(resolve => setTimeout(resolve, 20))
})

async function take(next: () => Promise<LiveEvent>, count: number): Promise<LiveEvent[]> {
  const items: LiveEvent[] = []
  while (items.length < count) items.push(await next())
  return items
}

async function untilEvent(next: () => Promise<LiveEvent>): Promise<LiveEvent[]> {
  const items: LiveEvent[] = []
  do items.push(await next())
  while (items.at(-1)!.type !== 'event')
  return items
}

async function serve(listener: RequestListener): Promise<Server> {
  const server = createServer(listener)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return server
}

function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
