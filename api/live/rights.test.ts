import { afterAll, beforeAll, expect, test } from 'vitest'
import { anExecution, type FakeApi, startFakeApi } from '../../test/fakes/api.ts'
import type { Client } from '../client/client.ts'

/**
 * Streams that are open while the rights of their readers change, with a heartbeat that tests can wait for.
 * Mutations: `renew` of viewer.ts that keeps the principal; the question of event-stream.ts left out of a long past.
 */

let api: FakeApi

const role = (applications: string[]) => ({ allow: ['execution:read'], applications })
const authOf = (...applications: string[]) => ({
  roles: { watcher: [role(applications)] },
  bindings: [{ role: 'watcher', to: ['token:bound'] }],
})

beforeAll(async () => {
  const pace = { heartbeat: 20, slowest: 5_000 }
  api = await startFakeApi({ auth: authOf('store', 'bank') }, null, null, pace)
  api.store.put(anExecution())
  api.store.put(anExecution({ id: 'bank-000000000000', application: 'bank' }))
})
afterAll(() => api.stop())

const store = () => api.store.add({ execution: 'shop-000000000000', kind: 'stage.progress', data: {} })
const bank = () => api.store.add({ execution: 'bank-000000000000', kind: 'stage.progress', data: {} })

const make = async (name: string, body: object) =>
  (await api.client.createToken({ body: { name, ...body } as Parameters<Client['createToken']>[0]['body'] })).token

/** A stream that is open; `text` grows with what it says, `ended` when the server has ended it. */
async function watch(headers: HeadersInit, path = '/api/v1/events') {
  const response = await fetch(api.url + path, { headers })
  const stream = { status: response.status, text: '', ended: false }
  const reading = (async () => {
    for await (const chunk of response.body!) stream.text += Buffer.from(chunk).toString()
    stream.ended = true
  })()
  reading.catch(() => {})
  await expect.poll(() => stream.text).toContain('event: live')
  return stream
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const endsOf = (stream: { ended: boolean }) => expect.poll(() => stream.ended, { timeout: 20_000 })

test('a stream ends when its token is revoked', async () => {
  const stream = await watch(bearer(await make('revoked', { allow: ['execution:read'] })))
  store()
  await expect.poll(() => stream.text).toContain('shop-000000000000')
  await api.client.revokeToken({ name: 'revoked' })
  await endsOf(stream).toBe(true)
})

test('a stream ends when its token expires', async () => {
  const stream = await watch(bearer(await make('expires', { allow: ['execution:read'] })))
  const stored = (await api.store.tokens()).find(({ name }) => name === 'expires')!
  stored.expiresAt = new Date(Date.now() - 1).toISOString()
  await endsOf(stream).toBe(true)
})

test('a stream ends when its session does', async () => {
  const headers = { 'content-type': 'application/json', origin: api.url, 'x-slipway-csrf': '1' }
  const body = JSON.stringify({ code: api.loginCode() })
  const opened = await fetch(`${api.url}/api/v1/session`, { method: 'POST', headers, body })
  const cookie = opened.headers.getSetCookie()[0]!.split(';')[0]!
  const stream = await watch({ cookie })
  await fetch(`${api.url}/api/v1/session`, { method: 'DELETE', headers: { ...headers, cookie } })
  await endsOf(stream).toBe(true)
})

test('a stream shows what its reader may see now: a role that shrinks filters it, one that is gone ends it', async () => {
  const token = await make('bound', {})
  const [all, one] = [
    await watch(bearer(token)),
    await watch(bearer(token), '/api/v1/events?execution=shop-000000000000'),
  ]
  store()
  bank()
  for (const name of ['shop-', 'bank-']) await expect.poll(() => all.text).toContain(name)
  await expect.poll(() => one.text).toContain('shop-')

  await api.reload({ auth: authOf('bank') })
  // That the one run may not be seen any more ends its stream; then the other one has been asked again as well.
  await endsOf(one).toBe(true)
  const beats = () => all.text.split(': alive').length
  const before = beats()
  await expect.poll(beats, { timeout: 20_000 }).toBeGreaterThan(before + 1)
  const seen = all.text.length
  store()
  bank()
  await expect.poll(() => all.text.slice(seen)).toContain('bank-')
  expect(all.text.slice(seen)).not.toContain('shop-')
  expect(all.ended).toBe(false)

  await api.reload({})
  await endsOf(all).toBe(true)
})
