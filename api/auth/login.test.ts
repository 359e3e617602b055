import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type FakeApi, startFakeApi } from '../../test/fakes/api.ts'
import { csrfHeader } from '../contract/routes.ts'
import { hashPassword, isPassword } from './passwords.ts'

/** security.md row 10, and API tokens of row 8. */

// A password takes time by design, and more on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let api: FakeApi
let hash: string
const folder = mkdtempSync(join(tmpdir(), 'slipway-users-'))
const file = join(folder, 'users.yaml')
const password = 'correct horse battery'

function writeUsers(text: string): void {
  writeFileSync(file, text)
  chmodSync(file, 0o600)
}

beforeAll(async () => {
  hash = await hashPassword(password)
  writeUsers(`ada: { password: "${hash}", groups: [sre] }\nbob: { password: "${hash}" }\n`)
  const roles = { deployer: [{ allow: ['execution:*', 'pipeline:read'], applications: ['store'] }] }
  const bindings = [{ role: 'deployer', to: ['group:sre'] }]
  api = await startFakeApi({ auth: { users: file, roles, bindings }, limits: { logins: 3, requests: 100_000 } })
})

afterAll(async () => {
  await api.stop()
  rmSync(folder, { recursive: true, force: true })
})

function signIn(user: string, secret: string, headers: Record<string, string> = {}): Promise<Response> {
  const body = JSON.stringify({ user, password: secret })
  const type = { 'content-type': 'application/json' }
  return fetch(`${api.url}/api/v1/session`, { method: 'POST', body, headers: { ...type, ...headers } })
}

async function cookieOf(user: string): Promise<string> {
  return (await signIn(user, password)).headers.get('set-cookie')!.split(';')[0]!
}

const sessionOf = async (cookie: string) => {
  const response = await fetch(`${api.url}/api/v1/session`, { headers: { cookie } })
  return { status: response.status, body: (await response.json()) as { principal: object; rights: string[] } }
}

describe('people with a password', () => {
  test('sign in, with the groups and rights of their own', async () => {
    expect(await api.client.getLoginMethods()).toEqual({ methods: [{ type: 'link' }, { type: 'password' }] })
    const { body } = await sessionOf(await cookieOf('ada'))
    expect(body.principal).toEqual({ name: 'ada', type: 'session', roles: ['deployer'], groups: ['sre'] })
    expect(body.rights).toContain('execution:start')
    expect((await sessionOf(await cookieOf('bob'))).body.rights).toEqual([])
  })

  test('get a new session each time: one that somebody planted before is worth nothing', async () => {
    const planted = 'a'.repeat(43)
    const name = (await cookieOf('ada')).split('=')[0]
    const response = await signIn('ada', password, { cookie: `${name}=${planted}` })
    expect(response.headers.get('set-cookie')).not.toContain(planted)
    expect((await sessionOf(`${name}=${planted}`)).status).toBe(401)
  })

  test('lose their session and their rights with the next request when the file says so', async () => {
    const cookie = await cookieOf('bob')
    writeUsers(`ada: { password: "${hash}", groups: [sre] }\nbob: { password: "${hash}", groups: [sre] } # promoted\n`)
    expect((await sessionOf(cookie)).body.rights).toContain('execution:start')
    writeUsers(`ada: { password: "${hash}", groups: [sre] }\n`)
    expect((await sessionOf(cookie)).status).toBe(401)
    writeUsers(`ada: { password: "${hash}", groups: [sre] }\nbob: {`)
    expect((await signIn('ada', password)).status).toBe(401)
    writeUsers(`ada: { password: "${hash}", groups: [sre] } # mended\n`)
    expect((await signIn('ada', password)).status).toBe(200)
  })

  test('cannot be guessed: after some tries not even the right password helps, and others are not kept out', async () => {
    const tries = []
    for (let index = 0; index < 5; index++) tries.push((await signIn('carol', `guess ${index}`)).status)
    expect(tries).toEqual([401, 401, 401, 429, 429])
    const refused = await signIn('carol', password)
    expect(refused.status).toBe(429)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await signIn('ada', password)).status).toBe(200)
  })
})

test('a password is kept as scrypt, and nothing else is taken for it', async () => {
  const kept = await hashPassword('päss wörd')
  expect(kept).toMatch(/^\$scrypt\$ln=15,r=8,p=3\$/)
  expect(await isPassword('päss wörd'.normalize('NFD'), kept)).toBe(true)
  expect(await isPassword('pass word', kept)).toBe(false)
  expect(await isPassword('', null)).toBe(false)
})

describe('an API token', () => {
  test('is shown once, kept as a hash, used, listed and revoked', async () => {
    const { token, id } = await api.client.createToken({ body: { name: 'bot', allow: ['pipeline:read'] } })
    const [stored] = await api.store.tokens()
    expect(JSON.stringify(stored)).not.toContain(/^slp_\w{16}_(.{43})_/.exec(token)![1]!)
    const headers = { authorization: `Bearer ${token}` }
    expect((await fetch(`${api.url}/api/v1/pipelines`, { headers })).status).toBe(200)
    expect((await fetch(`${api.url}/api/v1/executions`, { headers })).status).toBe(403)
    const listed = (await api.client.listTokens()).items.find(item => item.id === id)!
    expect(listed.usedAt).not.toBeNull()
    expect(JSON.stringify(listed)).not.toMatch(/hash|slp_/)
    await api.client.revokeToken({ name: 'bot' })
    expect((await fetch(`${api.url}/api/v1/pipelines`, { headers })).status).toBe(401)
    await expect(api.client.revokeToken({ name: 'bot' })).rejects.toMatchObject({ kind: 'not-found' })
  })

  test('gives no more than its maker has, and no role that is bound to its name', async () => {
    const { token } = await api.client.createToken({
      body: { name: 'maker', allow: ['token:manage', 'pipeline:read'] },
    })
    const make = (body: object) =>
      fetch(`${api.url}/api/v1/tokens`, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      })
    expect((await make({ name: 'more', allow: ['*'] })).status).toBe(403)
    expect((await make({ name: 'other', allow: ['execution:read'], applications: ['bank'] })).status).toBe(403)
    expect((await make({ name: 'less', allow: ['pipeline:read'], applications: ['store'] })).status).toBe(200)
  })

  test('that was refused or made is in the audit log, without the token', async () => {
    const actions = api.store.audited.map(({ action, outcome, actor }) => `${action} ${outcome} ${actor}`)
    expect(actions).toContain('token.create allowed local')
    expect(actions).toContain('token.create refused token:maker')
    expect(actions).toContain('session.open allowed ada')
    expect(actions).toContain('session.open refused stranger:127.0.0.1')
    expect(JSON.stringify(api.store.audited)).not.toMatch(/slp_|correct horse/)
  })
})

test('a login link of a session signs in as the same person, and no one else', async () => {
  const headers = { cookie: await cookieOf('ada'), origin: api.url, [csrfHeader]: '1' }
  const response = await fetch(`${api.url}/api/v1/session/link`, { method: 'POST', headers })
  const code = new URL(((await response.json()) as { url: string }).url).hash.slice('#code='.length)
  const opened = await fetch(`${api.url}/api/v1/session`, {
    method: 'POST',
    body: JSON.stringify({ code }),
    headers: { 'content-type': 'application/json' },
  })
  expect(await opened.json()).toMatchObject({ principal: { name: 'ada' } })
})

test('one identity gets so many requests a minute, and the others theirs', async () => {
  const limited = await startFakeApi({ limits: { requests: 5, strangers: 4 } })
  const { token } = await limited.client.createToken({ body: { name: 'busy', allow: ['pipeline:read'] } })
  const ask = (bearer: string) =>
    fetch(`${limited.url}/api/v1/pipelines`, { headers: { authorization: `Bearer ${bearer}` } })
  const statuses = []
  for (let index = 0; index < 7; index++) statuses.push((await ask(token)).status)
  expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429])
  expect((await limited.request('/api/v1/pipelines')).status).toBe(200)
  // Strangers are refused before anything is looked up; who was known a moment ago is not taken for one of them.
  const strange = []
  for (let index = 0; index < 6; index++) strange.push((await ask(`stranger-${index}`)).status)
  expect(strange).toEqual([401, 401, 401, 401, 429, 429])
  expect((await limited.request('/api/v1/pipelines')).status).toBe(200)
  await limited.stop()
})
