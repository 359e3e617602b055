import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePort } from '../../activities/processes/ports.ts'
import { type FakeApi, startFakeApi } from '../fakes/api.ts'

/**
 * Login at a real provider, in a process of its own: code flow with PKCE. Fails when state, issuer, the cookie
 * of the browser that began, or the verified address is not asked for.
 */

let api: FakeApi
let provider: ChildProcess

beforeAll(async () => {
  process.env.SLIPWAY_TEST_OIDC_SECRET = 'a-secret-of-the-test'
  const port = await freePort()
  const issuer = `http://127.0.0.1:${port}`
  const oidc = { issuer, clientId: 'slipway', clientSecret: { env: 'SLIPWAY_TEST_OIDC_SECRET' } }
  const bindings = [{ role: 'reader', to: ['group:sre'] }]
  api = await startFakeApi({ auth: { oidc, bindings } })
  const script = new URL('../oidc/provider.mjs', import.meta.url).pathname
  const redirect = `${api.url}/api/v1/session/oidc/callback`
  provider = spawn(process.execPath, [script, String(port), redirect], { stdio: ['ignore', 'pipe', 'ignore'] })
  await once(provider.stdout!, 'data')
})

afterAll(async () => {
  provider?.kill()
  await api?.stop()
})

/** A browser without scripts: follows by hand, and keeps cookies by host and port. */
function browser() {
  const jars = new Map<string, Map<string, string>>()
  const jarOf = (url: string) => {
    const { host } = new URL(url)
    if (!jars.has(host)) jars.set(host, new Map())
    return jars.get(host)!
  }
  async function request(url: string, init: RequestInit = {}): Promise<Response> {
    const jar = jarOf(url)
    const cookie = [...jar].map(pair => pair.join('=')).join('; ')
    const headers = { ...(init.headers as object), ...(cookie === '' ? {} : { cookie }) }
    const response = await fetch(url, { ...init, headers, redirect: 'manual' })
    for (const set of response.headers.getSetCookie()) {
      const [name = '', ...value] = set.split(';')[0]!.split('=')
      if (/max-age=0|expires=thu, 01 jan 1970/i.test(set)) jar.delete(name)
      else jar.set(name, value.join('='))
    }
    return response
  }
  return { request, jarOf }
}

type Browser = ReturnType<typeof browser>

/** Signs in at the provider; stops before the callback of our server and gives its address. */
async function signInAtProvider({ request }: Browser, account: string): Promise<string> {
  let url = `${api.url}/api/v1/session/oidc`
  for (let step = 0; step < 15; step++) {
    const response = await request(url)
    const location = response.headers.get('location')
    if (location !== null) {
      url = new URL(location, url).href
      if (url.startsWith(`${api.url}/api/v1/session/oidc/callback`)) return url
      continue
    }
    // A page of the provider: first who it is, then whether that is all right.
    const page = await response.text()
    const action = /action="([^"]+)"/.exec(page)![1]!
    const prompt = /name="prompt" value="(\w+)"/.exec(page)![1]!
    const body = new URLSearchParams({ prompt, login: account, password: 'any' })
    const posted = await request(new URL(action, url).href, { method: 'POST', body })
    url = new URL(posted.headers.get('location')!, url).href
  }
  throw new Error(`the login did not come back; it is at ${url}`)
}

const sessionOf = async ({ request }: Browser) => {
  const response = await request(`${api.url}/api/v1/session`)
  return { status: response.status, body: await response.json() }
}

describe('login at a provider', () => {
  test('is offered, and ends in a session with name, groups and rights', async () => {
    const { methods } = await api.client.getLoginMethods()
    expect(methods).toContainEqual({ type: 'oidc', name: 'Single sign-on', url: '/api/v1/session/oidc' })
    const own = browser()
    const callback = await signInAtProvider(own, 'ada')
    const response = await own.request(callback)
    expect([response.status, response.headers.get('location')]).toEqual([302, '/'])
    expect(response.headers.getSetCookie()[0]).toMatch(/HttpOnly; SameSite=Strict/)
    expect(await sessionOf(own)).toMatchObject({
      status: 200,
      body: { principal: { name: 'ada@shop.example', type: 'session', roles: ['reader'], groups: ['sre'] } },
    })
    expect(api.store.audited).toContainEqual(
      expect.objectContaining({ actor: 'ada@shop.example', action: 'session.open', outcome: 'allowed' }),
    )
  })

  test('works once, and only in the browser that began it', async () => {
    const own = browser()
    const callback = await signInAtProvider(own, 'bob')
    expect((await browser().request(callback)).status).toBe(401)
    const kept = new Map(own.jarOf(api.url))
    expect((await own.request(callback)).status).toBe(302)
    const again = browser()
    for (const [name, value] of kept) again.jarOf(api.url).set(name, value)
    expect((await again.request(callback)).status).toBe(401)
  })

  test.each([
    ['another state', (url: URL) => url.searchParams.set('state', 'made-up')],
    ['another code', (url: URL) => url.searchParams.set('code', 'made-up')],
    ['another issuer', (url: URL) => url.searchParams.set('iss', 'https://evil.example')],
    ['an error instead', (url: URL) => url.searchParams.set('error', 'access_denied')],
  ])('is refused when it comes back with %s', async (_what, change) => {
    const own = browser()
    const url = new URL(await signInAtProvider(own, 'eve'))
    change(url)
    expect((await own.request(url.href)).status).toBe(401)
    expect((await sessionOf(own)).status).toBe(401)
  })

  test('is refused when the provider has not verified the address', async () => {
    const own = browser()
    const response = await own.request(await signInAtProvider(own, 'unverified-mallory'))
    expect(response.status).toBe(401)
    expect(await response.text()).toContain('has not verified the address')
  })

  test('takes a new session, and leaves the one before behind', async () => {
    const own = browser()
    await own.request(await signInAtProvider(own, 'ada'))
    const before = new Map(own.jarOf(api.url))
    await own.request(await signInAtProvider(own, 'ada'))
    const old = browser()
    for (const [name, value] of before) old.jarOf(api.url).set(name, value)
    expect((await sessionOf(old)).status).toBe(401)
    expect((await sessionOf(own)).status).toBe(200)
  })
})
