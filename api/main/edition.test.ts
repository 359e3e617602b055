import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { type FakeApi, goodPipeline, startFakeApi } from '../../test/fakes/api.ts'

/** Another configuration under a running server: what it says is so for the next request, and nothing is lost on the way. */

let api: FakeApi

afterEach(() => api.stop())

const ask = (path: string, bearer: string, headers: Record<string, string> = {}) =>
  fetch(api.url + path, { headers: { authorization: `Bearer ${bearer}`, ...headers } })

test('roles, pipelines and hooks are what the new one says', async () => {
  const other = mkdtempSync(join(tmpdir(), 'slipway-edition-'))
  writeFileSync(join(other, 'other.yaml'), goodPipeline.replace('name: shop', 'name: other'))
  const bindings = [{ role: 'reader', to: ['token:ci'] }]
  api = await startFakeApi({ auth: { bindings } })
  const { token } = await api.client.createToken({ body: { name: 'ci', allow: ['pipeline:read'] } })
  expect((await ask('/api/v1/executions', token)).status).toBe(200)
  expect((await ask('/api/v1/pipelines/other', api.token)).status).toBe(404)

  await api.reload({ pipelines: [{ directory: other }] })
  expect((await ask('/api/v1/executions', token)).status).toBe(403)
  expect((await ask('/api/v1/pipelines/other', api.token)).status).toBe(200)
  expect((await ask('/api/v1/pipelines/shop', api.token)).status).toBe(404)
  await expect
    .poll(() => api.store.audited.filter(({ action }) => action === 'configuration.change').at(-1)?.data.changed)
    .toEqual(expect.arrayContaining(['auth', 'pipelines']))
  rmSync(other, { recursive: true })
})

test('one that cannot be used is refused before anything has changed', async () => {
  api = await startFakeApi({ auth: { bindings: [{ role: 'reader', to: ['token:ci'] }] } })
  const { token } = await api.client.createToken({ body: { name: 'ci', allow: ['pipeline:read'] } })
  await expect(api.reload({ auth: { users: '/there/is/none' } })).rejects.toThrow('/there/is/none cannot be used')
  expect((await ask('/api/v1/executions', token)).status).toBe(200)
})

test('requests and sessions go on over it; counters start anew only with other limits', async () => {
  api = await startFakeApi({ limits: { requests: 5 } })
  const { token } = await api.client.createToken({ body: { name: 'ci', allow: ['execution:read'] } })
  const waiting = ask('/api/v1/events', token)
  for (let request = 0; request < 3; request++) expect((await ask('/api/v1/executions', token)).status).toBe(200)
  await api.reload({ limits: { requests: 5 }, retention: { executions: '10d' } })
  const stream = await waiting
  expect(stream.headers.get('content-type')).toContain('text/event-stream')
  const live = stream.body!.getReader()
  expect(new TextDecoder().decode((await live.read()).value)).toContain('event: live')
  expect((await ask('/api/v1/executions', token)).status).toBe(200)
  expect((await ask('/api/v1/executions', token)).status).toBe(429)
  await api.reload({ limits: { requests: 6 } })
  expect((await ask('/api/v1/executions', token)).status).toBe(200)
  await live.cancel()
})

test('what proxies say about addresses is believed of those that are trusted, and of nobody else', async () => {
  api = await startFakeApi({ limits: { strangers: 2 } })
  const guess = (forwarded: string) => ask('/api/v1/executions', 'garbage', { 'x-forwarded-for': forwarded })
  const statuses = async (...forwarded: string[]) => {
    const found: number[] = []
    for (const one of forwarded) found.push((await guess(one)).status)
    return found
  }
  // Nobody is trusted: whatever is said, it is one address that guesses.
  expect(await statuses('203.0.113.1', '203.0.113.2', '203.0.113.3')).toEqual([401, 401, 429])

  await api.reload({ limits: { strangers: 3 }, server: { trustedProxies: ['127.0.0.0/8', '10.0.0.0/8'] } })
  expect(await statuses(...Array<string>(4).fill('203.0.113.1'))).toEqual([401, 401, 401, 429])
  expect(await statuses('203.0.113.2', '203.0.113.2, 10.0.0.9')).toEqual([401, 401])
  // What a client puts in front of what the proxy adds is not believed, nor is what is no address.
  expect(await statuses('198.51.100.7, 203.0.113.1', '198.51.100.8, 203.0.113.1')).toEqual([429, 429])
  expect(await statuses('nonsense', 'more nonsense', 'and more', 'and yet more')).toEqual([401, 401, 401, 429])
})
