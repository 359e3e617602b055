import { request as httpRequest } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type FakeApi, startFakeApi } from '../../test/fakes/api.ts'
import { problem, problemKinds } from '../contract/problem.ts'
import { csrfHeader, type Operation, type Route, routes } from '../contract/routes.ts'

let api: FakeApi

beforeAll(async () => {
  api = await startFakeApi()
})
afterAll(() => api.stop())

const operations = Object.entries(routes) as [Operation, Route][]
const closed = operations.filter(([, { permission }]) => permission !== 'public')

function pathOf({ path }: Route): string {
  return path.replace(/\{\w+\}/g, 'shop')
}

async function problemOf(response: Response) {
  expect(response.headers.get('content-type')).toContain('application/problem+json')
  const body = problem.parse(await response.json())
  expect(body.status).toBe(response.status)
  expect(body.requestId).toBe(response.headers.get('x-request-id'))
  expect(JSON.stringify(body)).not.toMatch(/\bat .*\.ts:\d|node_modules/)
  return body
}

/** As a browser would, with a session cookie. */
async function cookie(): Promise<string> {
  const body = JSON.stringify({ code: api.loginCode() })
  const response = await fetch(`${api.url}/api/v1/session`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json' },
  })
  expect(response.status).toBe(200)
  const set = response.headers.get('set-cookie')!
  expect(set).toMatch(/HttpOnly; SameSite=Strict/)
  return set.split(';')[0]!
}

/** `fetch` may not set Host. */
function rawRequest(path: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(api.url)
    const outgoing = httpRequest({ hostname, port, path, headers }, response => {
      response.resume()
      resolve(response.statusCode!)
    })
    outgoing.on('error', reject)
    outgoing.end()
  })
}

describe('who may do what', () => {
  test('only probes and signing in are open', () => {
    const open = operations.filter(([, { permission }]) => permission === 'public').map(([name]) => name)
    expect(open.sort()).toEqual([
      'beginOidcLogin',
      'finishOidcLogin',
      'getHealth',
      'getLoginMethods',
      'getOpenapi',
      'openSession',
      'receiveHook',
    ])
  })

  const bad: Record<string, Record<string, string>> = {
    nothing: {},
    'a wrong token': { authorization: 'Bearer wrong' },
    'a token that begins right': { authorization: 'Bearer test-token-of-at-least-32-character' },
    'another scheme': { authorization: 'Basic dGVzdDp0ZXN0' },
    'an empty token': { authorization: 'Bearer ' },
    'a made-up cookie': { cookie: 'slipway_session=v1.9999999999999.x.y' },
  }
  test.each(closed)('%s is refused without an identity', async (_name, route) => {
    for (const headers of Object.values(bad)) {
      const response = await fetch(api.url + pathOf(route), { method: route.method, headers })
      const { type } = await problemOf(response)
      expect([response.status, type]).toEqual([401, 'urn:slipway:problem:unauthenticated'])
      expect(response.headers.get('www-authenticate')).toContain('Bearer')
    }
  })

  test('a wrong token is refused even beside a good cookie', async () => {
    const headers = { cookie: await cookie(), authorization: 'Bearer wrong' }
    expect((await fetch(`${api.url}/api/v1/session`, { headers })).status).toBe(401)
  })

  test('a session reads, and ends when it is closed', async () => {
    const headers = { cookie: await cookie() }
    const session = await fetch(`${api.url}/api/v1/session`, { headers })
    expect(await session.json()).toMatchObject({ principal: { name: 'local', type: 'session' } })
    const origin = { origin: api.url, [csrfHeader]: '1' }
    const close = await fetch(`${api.url}/api/v1/session`, { method: 'DELETE', headers: { ...headers, ...origin } })
    expect(close.status).toBe(204)
    expect((await fetch(`${api.url}/api/v1/session`, { headers })).status).toBe(401)
  })

  test('a session cannot be used by a foreign page, a bare form, or without the header', async () => {
    const own = { cookie: await cookie(), 'content-type': 'application/json' }
    const cancel = (headers: Record<string, string>) =>
      fetch(`${api.url}/api/v1/executions/shop/cancel`, { method: 'POST', headers: { ...own, ...headers }, body: '{}' })
    expect((await cancel({ [csrfHeader]: '1' })).status).toBe(403)
    expect((await cancel({ origin: 'http://evil.example', [csrfHeader]: '1' })).status).toBe(403)
    expect((await cancel({ origin: 'null', [csrfHeader]: '1' })).status).toBe(403)
    expect((await cancel({ origin: api.url })).status).toBe(403)
    expect((await cancel({ origin: api.url, [csrfHeader]: '1', 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    expect((await cancel({ origin: api.url, [csrfHeader]: '1', 'sec-fetch-site': 'same-origin' })).status).toBe(404)
    const foreignStream = { ...own, 'sec-fetch-site': 'cross-site' }
    expect((await fetch(`${api.url}/api/v1/events`, { headers: foreignStream })).status).toBe(403)
  })

  test('a used login code is refused', async () => {
    const body = JSON.stringify({ code: api.loginCode() })
    const open = () =>
      fetch(`${api.url}/api/v1/session`, { method: 'POST', body, headers: { 'content-type': 'application/json' } })
    expect((await open()).status).toBe(200)
    expect((await problemOf(await open())).type).toBe('urn:slipway:problem:unauthenticated')
  })
})

describe('what is refused before anyone asks who it is', () => {
  test('a name that is not ours (DNS rebinding)', async () => {
    expect(await rawRequest('/healthz', { host: 'evil.example' })).toBe(421)
    expect(await rawRequest('/healthz', { host: `127.0.0.1.evil.example:${new URL(api.url).port}` })).toBe(421)
    expect(await rawRequest('/healthz', { host: `localhost:${new URL(api.url).port}` })).toBe(200)
  })

  test('a body over the cap, announced or not', async () => {
    const body = JSON.stringify({ text: 'a'.repeat(300_000) })
    const headers = { 'content-type': 'application/json' }
    const announced = await fetch(`${api.url}/api/v1/validate`, { method: 'POST', body, headers })
    expect(announced.status).toBe(413)
    const stream = new ReadableStream({
      start(controller) {
        for (let part = 0; part < 40; part++) controller.enqueue(new TextEncoder().encode('a'.repeat(10_000)))
        controller.close()
      },
    })
    const chunked = { method: 'POST', body: stream, headers, duplex: 'half' } as RequestInit
    expect((await api.request('/api/v1/validate', chunked)).status).toBe(413)
  })
})

describe('what is wrong with a request is said in a problem document', () => {
  const post = (path: string, body: string, type = 'application/json') =>
    api.request(path, { method: 'POST', body, headers: { 'content-type': type } })
  const start = '/api/v1/pipelines/shop/executions'

  test.each([
    ['broken JSON', start, '{"parameters":', 400],
    ['JSON that is no object', start, '[]', 400],
    ['a null body', start, 'null', 400],
    ['an unknown key', start, '{"parameter":{}}', 400],
    ['a key of prototypes', start, '{"parameters":{"__proto__":{"polluted":1}}}', 400],
    ['a parameter that is no scalar', start, '{"parameters":{"version":{}}}', 400],
    ['a number too large for JSON', start, '{"parameters":{"version":1e999}}', 400],
    ['an unknown parameter', start, '{"parameters":{"version":"1","x":1}}', 422],
    ['a missing parameter', start, '{}', 422],
    ['a parameter of another form', start, '{"parameters":{"version":"x"}}', 422],
    ['an unknown pipeline', '/api/v1/pipelines/none/executions', '{}', 404],
    ['a name that cannot be one', '/api/v1/pipelines/..%2F..%2Fetc/executions', '{}', 400],
    ['a path that cannot be decoded', '/api/v1/pipelines/%ff/executions', '{}', 400],
    ['a reason that is too long', '/api/v1/executions/a/cancel', JSON.stringify({ reason: 'a'.repeat(3_000) }), 400],
  ])('%s', async (_what, path, body, status) => {
    const response = await post(path, body)
    const { errors } = await problemOf(response)
    expect(response.status).toBe(status)
    if (status === 422) expect(errors[0]!.pointer).toMatch(/^\/parameters\//)
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })

  test.each([
    ['a query that is not known', '/api/v1/executions?colour=red'],
    ['a limit out of range', '/api/v1/executions?limit=100000'],
    ['a limit that is no number', '/api/v1/executions?limit=abc'],
    ['a status that there is not', '/api/v1/executions?status=running,done'],
    ['a wait that is too long', '/api/v1/executions/a?wait=1h'],
    ['a wait without a unit', '/api/v1/executions/a?wait=60'],
    ['an id that cannot be one', '/api/v1/executions/A%20b'],
  ])('%s', async (_what, path) => {
    const response = await api.request(path)
    const { errors } = await problemOf(response)
    expect(response.status).toBe(400)
    if (!path.includes('%20')) expect(errors[0]!.pointer).toMatch(/^\/query/)
  })

  test('a position to resume from that is none', async () => {
    const response = await api.request('/api/v1/events', { headers: { 'last-event-id': 'abc' } })
    expect((await problemOf(response)).errors[0]!.pointer).toBe('/header/last-event-id')
  })

  test('another content type than JSON', async () => {
    expect((await post(start, '{}', 'text/plain')).status).toBe(415)
    expect((await post(start, 'a=b', 'application/x-www-form-urlencoded')).status).toBe(415)
  })

  test('a body where none is taken', async () => {
    expect((await post('/api/v1/session/link', '{}')).status).toBe(400)
  })

  test('an address that is none, and a method that is none', async () => {
    expect((await problemOf(await api.request('/api/v1/nothing'))).status).toBe(404)
    const response = await api.request('/api/v1/pipelines', { method: 'DELETE' })
    expect((await problemOf(response)).status).toBe(405)
    expect(response.headers.get('allow')).toBe('GET, HEAD')
  })

  test('a pipeline that is not valid, with the line and column', async () => {
    api.write('broken.yaml', 'name: broken\napplication: store\nstages:\n  - { id: a, type: nothing }\n')
    const response = await post('/api/v1/pipelines/broken/executions', '{}')
    expect(response.status).toBe(422)
    expect((await problemOf(response)).errors[0]).toMatchObject({ line: 4 })
  })

  test('a store and an engine that are away, and that nothing was done', async () => {
    const body = JSON.stringify({ parameters: { version: '1' } })
    for (const part of [api.store, api.engine]) {
      part.down = true
      const response = await post(start, body)
      part.down = false
      expect(response.status).toBe(503)
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
      await problemOf(response)
    }
    expect(api.engine.starts).toEqual([])
  })

  test('a mistake of ours, without telling what it was', async () => {
    const { list } = api.store
    api.store.list = async () => {
      throw new Error('secret detail of the inside')
    }
    const response = await api.request('/api/v1/executions')
    api.store.list = list
    const body = await problemOf(response)
    expect(body.status).toBe(500)
    expect(JSON.stringify(body)).not.toContain('secret detail')
  })
})

test('every answer forbids sniffing, framing and caching, and carries the id of its request', async () => {
  const response = await api.request('/api/v1/session', { headers: { 'x-request-id': 'ci-build-4711' } })
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'x-request-id': 'ci-build-4711',
  })
  expect(response.headers.has('x-powered-by')).toBe(false)
  const odd = await api.request('/api/v1/session', { headers: { 'x-request-id': '"><script>' } })
  expect(odd.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
})

test('a page runs only scripts of this server, and is framed by nobody', async () => {
  const policy = (await api.request('/')).headers.get('content-security-policy')!.split('; ')
  expect(policy).toEqual(
    expect.arrayContaining([
      "default-src 'none'",
      "script-src 'self'",
      "connect-src 'self'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
    ]),
  )
})

test('the problems that a route may answer with are in the table', () => {
  for (const [, { problems }] of operations) for (const kind of problems) expect(problemKinds).toHaveProperty(kind)
})

test('health tells what is down, and answers 503 so that nobody sends runs there', async () => {
  api.engine.down = true
  const response = await fetch(`${api.url}/healthz`)
  api.engine.down = false
  expect(response.status).toBe(503)
  expect(await response.json()).toEqual({
    status: 'down',
    checks: { store: 'ok', temporal: 'down', worker: 'down' },
  })
  expect((await fetch(`${api.url}/healthz?probe=live`)).status).toBe(200)
})

test('figures are for those who may read them, and name routes, not addresses', async () => {
  await api.request('/api/v1/executions/some-id')
  const text = await (await api.request('/metrics')).text()
  expect(text).toContain('slipway_http_request_duration_seconds_count{method="GET",route="/api/v1/executions/:id"')
  expect(text).not.toContain('some-id')
})

test.each([
  ['nothing', '/api/v1/executions/nap-1?after=', 'after: not a number'],
  ['a blank', '/api/v1/executions?limit=%20', 'limit: not a number'],
  ['a number in other words', '/api/v1/executions?limit=0x10', 'limit: not a number'],
  ['a NUL, which no store takes', '/api/v1/audit?actor=a%00b', 'actor: a NUL is in it'],
])('%s is not taken for what it looks like', async (_what, path, message) => {
  const response = await api.request(path)
  expect(response.status).toBe(400)
  expect(((await response.json()) as { errors: { message: string }[] }).errors[0]?.message).toBe(message)
})

test('a text with a NUL in a body is refused before anything takes it', async () => {
  const body = JSON.stringify({ reason: 'a\0b' })
  const headers = { 'content-type': 'application/json' }
  const response = await api.request('/api/v1/executions/nap-1/cancel', { method: 'POST', body, headers })
  expect([response.status, await response.text()]).toEqual([400, expect.stringContaining('a text has a NUL in it')])
})
