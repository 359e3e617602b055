import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { anExecution, type FakeApi, goodPipeline, startFakeApi } from '../../test/fakes/api.ts'
import { type Issuer, startIssuer } from '../../test/fakes/issuer.ts'
import { scopeOf } from '../contract/permissions.ts'
import { problem } from '../contract/problem.ts'
import { type Operation, type Route, routes } from '../contract/routes.ts'

/**
 * Every operation of the contract × every bad identity, and × the other application. Made from the contract: a new route is
 * in it by itself. Fails when a route is mounted without its permission, or answers before it looks at the application.
 */

let api: FakeApi
let issuer: Issuer
const bearers: Record<string, string> = {}
/** The headers of a page whose session has ended. */
let ended: Record<string, string> = {}

const own = { allow: ['*'], applications: ['bank'] }

beforeAll(async () => {
  issuer = await startIssuer()
  const audience = 'https://slipway.example'
  const main = { type: 'github' as const, issuer: issuer.url, audience, repository: '1', refs: ['refs/heads/main'] }
  const bindings = [{ role: 'administrator', to: ['ci:main'] }]
  api = await startFakeApi({ auth: { roles: { bank: [own] }, bindings, ci: { main } } })
  api.write('bank.yaml', goodPipeline.replaceAll('shop', 'vault').replace('application: store', 'application: bank'))
  api.store.put(anExecution())
  api.store.add({ execution: 'shop-000000000000', kind: 'stage.progress', data: {} })

  const make = async (name: string, body: object) =>
    (await api.client.createToken({ body: { name, ...body } as never })).token
  bearers.expired = await make('expired', { allow: ['*'] })
  bearers.revoked = await make('revoked', { allow: ['*'] })
  await api.client.revokeToken({ name: 'revoked' })
  const expired = (await api.store.tokens()).find(({ name }) => name === 'expired')!
  expired.expiresAt = new Date(Date.now() - 1_000).toISOString()
  bearers.powerless = await make('powerless', {})
  bearers.reader = await make('reader', { allow: ['execution:read', 'pipeline:read', 'target:read', 'server:read'] })
  bearers.bank = await make('bank', own)
  const claims = { repository_id: '1', ref: 'refs/heads/main' }
  ended = await anEndedSession()
  bearers['right audience'] = await issuer.sign({ ...claims, aud: 'https://slipway.example' })
  bearers['wrong audience'] = await issuer.sign({ ...claims, aud: 'https://other.example' })
})

afterAll(async () => {
  await api.stop()
  await issuer.stop()
})

const operations = Object.entries(routes) as [Operation, Route][]
const closed = operations.filter(([, { permission }]) => permission !== 'public')
const guarded = closed.filter(([, { permission }]) => permission !== 'signed-in')

const samples: Record<string, string> = { id: 'shop-000000000000', name: 'shop' }

async function anEndedSession(): Promise<Record<string, string>> {
  const headers = { origin: api.url, 'x-slipway-csrf': '1' }
  const session = (method: string, more: object, body?: string) =>
    fetch(`${api.url}/api/v1/session`, { method, headers: { ...headers, ...more }, ...(body ? { body } : {}) })
  const code = JSON.stringify({ code: api.loginCode() })
  const opened = await session('POST', { 'content-type': 'application/json' }, code)
  const cookie = opened.headers.getSetCookie()[0]!.split(';')[0]!
  expect((await session('DELETE', { cookie })).status).toBe(204)
  return { ...headers, cookie }
}

function send(route: Route, bearer: string | null): Promise<{ status: number; text: string }> {
  return sendAs(route, bearer === null ? {} : { authorization: `Bearer ${bearer}` })
}

async function sendAs(route: Route, headers: Record<string, string>): Promise<{ status: number; text: string }> {
  const path = route.path.replace(/\{(\w+)\}/g, (_, parameter) => samples[parameter] ?? 'some')
  const leave = new AbortController()
  const response = await fetch(api.url + path, { method: route.method, headers, signal: leave.signal })
  if (response.headers.get('content-type')?.startsWith('text/event-stream') !== true)
    return { status: response.status, text: await response.text() }
  const { value } = await response.body!.getReader().read()
  leave.abort()
  return { status: response.status, text: new TextDecoder().decode(value) }
}

describe.each(closed)('%s', (_operation, route) => {
  test.each([
    ['no identity', null],
    ['garbage', 'garbage'],
    ['something like a token', `slp_0123456789abcdef_${'a'.repeat(43)}_00000000`],
    ['something like a JWT', 'eyJhbGciOiJub25lIn0.eyJpc3MiOiJ4In0.'],
  ])('is refused with %s', async (_what, bearer) => {
    expect((await send(route, bearer)).status).toBe(401)
  })

  test.each(['expired', 'revoked', 'wrong audience'])('is refused with a token that is %s', async kind => {
    const { status, text } = await send(route, bearers[kind]!)
    expect([status, problem.parse(JSON.parse(text)).status]).toEqual([401, 401])
  })

  test('is refused with a session that has ended', async () => {
    expect((await sendAs(route, ended)).status).toBe(401)
  })
})

describe.each(guarded)('%s', (_operation, route) => {
  test('is forbidden to an identity that nothing was given to', async () => {
    expect((await send(route, bearers.powerless!)).status).toBe(403)
  })

  test('is forbidden to one that may only read, unless it is reading', async () => {
    const { status } = await send(route, bearers.reader!)
    if (route.permission.endsWith(':read') && route.permission !== 'audit:read')
      expect([401, 403]).not.toContain(status)
    else expect(status).toBe(403)
  })

  test('shows nothing of another application, and does nothing to it', async () => {
    const starts = api.engine.starts.length
    const { status, text } = await send(route, bearers.bank!)
    if (scopeOf(route.permission) === 'server') expect(status).toBe(403)
    else if (route.path.includes('{')) expect(status).toBe(404)
    // A list answers, or says what is wrong with the request; it names nothing of the others.
    expect(text.replaceAll(/"detail":"[^"]*"/g, '')).not.toMatch(/shop|"store"/)
    expect(api.engine.starts.length).toBe(starts)
  })
})

test('what may not be seen is answered like what is not there, to the letter', async () => {
  const ask = async (path: string) => {
    const response = await fetch(api.url + path, { headers: { authorization: `Bearer ${bearers.bank}` } })
    const { requestId: _, ...body } = (await response.json()) as Record<string, unknown>
    return JSON.stringify([response.status, body])
  }
  for (const [there, not] of [
    ['/api/v1/executions/shop-000000000000', '/api/v1/executions/none-000000000000'],
    ['/api/v1/pipelines/shop', '/api/v1/pipelines/none'],
    ['/api/v1/executions/shop-000000000000/analysis', '/api/v1/executions/none-000000000000/analysis'],
    ['/api/v1/events?execution=shop-000000000000', '/api/v1/events?execution=none-000000000000'],
  ])
    expect((await ask(there!)).replaceAll('shop', 'none')).toBe(await ask(not!))
})

test('the same identities reach what is theirs', async () => {
  const bank = { authorization: `Bearer ${bearers.bank}` }
  const pipelines = await (await fetch(`${api.url}/api/v1/pipelines`, { headers: bank })).json()
  expect((pipelines as { items: { name: string }[] }).items.map(({ name }) => name)).toEqual(['vault'])
  const ci = { authorization: `Bearer ${bearers['right audience']}` }
  const session = await (await fetch(`${api.url}/api/v1/session`, { headers: ci })).json()
  expect(session).toMatchObject({ principal: { name: 'ci:main', type: 'ci', roles: ['administrator'] } })
})
