import { randomBytes } from 'node:crypto'
import { defaultPayloadConverter, type Payload } from '@temporalio/common'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createEncryption } from '../../activities/encryption.ts'
import { type FakeApi, startFakeApi } from '../../test/fakes/api.ts'

const viewer = 'https://temporal.example.com'
const [old, fresh] = ['old', 'new'].map(id => ({ id, key: randomBytes(32) })) as [Key, Key]
type Key = { id: string; key: Buffer }

let api: FakeApi

beforeAll(async () => {
  const env = { env: 'NOT_READ_HERE' }
  const encryption = { keys: [{ id: 'new', key: env }] as [{ id: string; key: typeof env }], viewers: [viewer] }
  const auth = { roles: { auditor: [{ allow: ['history:decode'] }] } }
  api = await startFakeApi({ encryption, auth }, null, createEncryption([fresh, old]))
})
afterAll(() => api.stop())

const written = ({ metadata, data }: Payload) => ({
  metadata: Object.fromEntries(
    Object.entries(metadata!).map(([name, value]) => [name, Buffer.from(value).toString('base64')]),
  ),
  data: Buffer.from(data!).toString('base64'),
})

async function sealed(value: unknown, key: Key) {
  const [payload] = await createEncryption([key]).encode([defaultPayloadConverter.toPayload(value)])
  return written(payload!)
}

const decode = async (payloads: unknown[], headers: Record<string, string> = {}) =>
  api.request('/api/v1/codec/decode', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ payloads }),
  })

describe('payloads are decrypted', () => {
  test('with every key of the ring; what is plain comes back as it is', async () => {
    const plain = written(defaultPayloadConverter.toPayload('plain'))
    const response = await decode([await sealed({ a: 1 }, fresh), await sealed('older', old), plain])
    const { payloads } = (await response.json()) as { payloads: { data: string }[] }
    expect(payloads.map(({ data }) => JSON.parse(Buffer.from(data, 'base64').toString()))).toEqual([
      { a: 1 },
      'older',
      'plain',
    ])
    expect(response.headers.get('access-control-allow-origin')).toBeNull()
  })

  test('not with a key that is gone, and not when they were changed: it says which', async () => {
    const other = await sealed(1, { id: 'gone', key: randomBytes(32) })
    const answer = await decode([other])
    expect([answer.status, await answer.text()]).toEqual([409, expect.stringContaining('key \\"gone\\"')])
    const changed = await sealed(1, fresh)
    expect((await decode([{ ...changed, data: `AAAA${changed.data.slice(4)}` }])).status).toBe(409)
    expect((await decode([{ data: 'no base64!' }])).status).toBe(400)
  })

  test('for whoever has the permission of its own, and each time that is in the audit log', async () => {
    const make = async (name: string, allow: string[]) =>
      (await api.client.createToken({ body: { name, allow } as never })).token
    const reader = await make('reader-of-all', ['execution:*', 'pipeline:*', 'target:*', 'server:read', 'audit:read'])
    const auditor = await make('auditor', ['history:decode'])
    const payload = await sealed('for the auditor', fresh)
    expect((await decode([payload], { authorization: `Bearer ${reader}` })).status).toBe(403)
    expect((await decode([payload], { authorization: `Bearer ${auditor}` })).status).toBe(200)
    const { items } = await api.client.searchAudit({ action: 'payloads.decode' })
    const told = items.map(({ actor, outcome }) => `${actor} ${outcome}`)
    expect(told).toEqual(expect.arrayContaining(['token:auditor allowed', 'token:reader-of-all refused']))
    expect(JSON.stringify(items)).not.toContain('for the auditor')
  })
})

describe('a page of Temporal', () => {
  const preflight = (origin: string, path = '/api/v1/codec/decode') =>
    fetch(api.url + path, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' },
    })

  test('may ask when it is named, and read the answer; no other page, and nothing else', async () => {
    const asked = await preflight(viewer)
    expect([asked.status, asked.headers.get('access-control-allow-origin')]).toEqual([204, viewer])
    expect((await decode([], { origin: viewer })).headers.get('access-control-allow-origin')).toBe(viewer)
    for (const origin of ['https://evil.example', 'https://temporal.example.com.evil.example', 'null'])
      expect((await preflight(origin)).headers.get('access-control-allow-origin')).toBeNull()
    expect((await preflight(viewer, '/api/v1/executions')).headers.get('access-control-allow-origin')).toBeNull()
  })

  test('uses the session of whoever looks at it, for that alone', async () => {
    const body = JSON.stringify({ code: api.loginCode() })
    const headers = { 'content-type': 'application/json' }
    const opened = await fetch(`${api.url}/api/v1/session`, { method: 'POST', body, headers })
    const cookie = opened.headers.get('set-cookie')!.split(';')[0]!
    const as = (origin: string, path: string, body: string) =>
      fetch(api.url + path, {
        method: 'POST',
        body,
        headers: { ...headers, cookie, origin, 'sec-fetch-site': 'same-site' },
      })
    expect((await as(viewer, '/api/v1/codec/decode', '{"payloads":[]}')).status).toBe(200)
    expect((await as('https://evil.example', '/api/v1/codec/decode', '{"payloads":[]}')).status).toBe(403)
    expect((await as(viewer, '/api/v1/tokens', '{"name":"x"}')).status).toBe(403)
  })
})

test('without encryption there is nothing to decrypt', async () => {
  const plain = await startFakeApi()
  const answer = await plain.request('/api/v1/codec/decode', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"payloads":[]}',
  })
  expect(answer.status).toBe(404)
  await plain.stop()
})
