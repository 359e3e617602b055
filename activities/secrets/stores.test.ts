import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { secretStore } from '../../pipeline/schema/configuration/secret-stores.ts'
import { knownSecrets } from './known.ts'
import { openSecrets } from './secrets.ts'
import { believing } from './store.ts'

/** A server that speaks the key/value API of Vault, version 2, as far as it is read. */
describe('a secret of Vault', () => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-vault-'))
  const tokenFile = join(folder, 'token')
  const secrets = new Map<string, Record<string, unknown> | null>()
  const seen: IncomingMessage[] = []
  let token = 'root-token'
  let status = 0
  let port: number
  const server = createServer((request, response) => {
    seen.push(request)
    const say = (code: number, body: object) => void response.writeHead(code).end(JSON.stringify(body))
    if (status > 0) return say(status, { errors: [`no, ${request.headers['x-vault-token']}`] })
    if (request.headers['x-vault-token'] !== token) return say(403, { errors: ['permission denied'] })
    const path = /^\/v1\/kv\/data\/(.*)$/.exec(request.url!)?.[1] ?? ''
    if (!secrets.has(path)) return say(404, { errors: [] })
    const data = secrets.get(path)
    say(200, { request_id: '1', lease_duration: 0, data: { data, metadata: { version: 3, destroyed: data === null } } })
  })

  beforeAll(async () => {
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    port = (server.address() as AddressInfo).port
  })
  afterAll(() => {
    server.closeAllConnections()
    server.close()
    rmSync(folder, { recursive: true, force: true })
  })
  beforeEach(() => {
    seen.length = 0
    status = 0
    token = 'root-token'
    writeFileSync(tokenFile, 'root-token\n')
    secrets.clear()
    secrets.set('shop/ci', { token: 'first-value', count: 3, empty: '' })
  })

  function open(change: object = {}) {
    const url = `http://127.0.0.1:${port}`
    const given = {
      type: 'vault',
      url,
      mount: 'kv',
      addresses: ['127.0.0.1/32'],
      token: { file: tokenFile },
      ...change,
    }
    const known = knownSecrets()
    return { ...openSecrets({ vault: secretStore.parse(given) }, {}, known), known }
  }
  const reference = (path: string, key = 'token') => ({ store: 'vault', path, key })

  it('is read with the token of the moment, from the mount and namespace that are named', async () => {
    expect(await open({ namespace: 'team' }).resolve(reference('shop/ci'))).toBe('first-value')
    expect(seen[0]).toMatchObject({
      url: '/v1/kv/data/shop/ci',
      headers: { 'x-vault-token': 'root-token', 'x-vault-namespace': 'team' },
    })
    token = 'renewed-token'
    writeFileSync(tokenFile, 'renewed-token\n')
    expect(await open().resolve(reference('shop/ci'))).toBe('first-value')
  })

  it('is hidden from then on, and so is the way to it', async () => {
    const { resolve, known } = open()
    await resolve(reference('shop/ci'))
    expect(known.hide('with root-token it is first-value')).toBe('with [secret] it is [secret]')
  })

  it.each([
    ['one that is not there', reference('shop/none'), 'the store of secrets vault has no secret shop/none'],
    ['a key that is not there', reference('shop/ci', 'no'), 'has no text "no"; it has token, empty'],
    ['a value that is no text', reference('shop/ci', 'count'), 'has no text "count"'],
    ['an empty one', reference('shop/ci', 'empty'), 'has no text "empty"'],
    ['a store that is not there', { ...reference('a'), store: 'other' }, 'there is no store of secrets "other"'],
  ])('%s is named, and no value is told', async (_what, asked, message) => {
    const failure = await open()
      .resolve(asked)
      .catch(error => error)
    expect(failure).toMatchObject({ kind: 'Invalid', message: expect.stringContaining(message) })
    expect(failure.message).not.toMatch(/first-value|root-token/)
  })

  it('that was deleted is not there', async () => {
    secrets.set('shop/gone', null)
    await expect(open().resolve(reference('shop/gone'))).rejects.toThrow('has no secret shop/gone')
  })

  it.each([
    [403, 'Invalid', 'refused to show shop/ci (403); may its token read it?'],
    [503, 'Unavailable', 'answered 503 for shop/ci'],
  ])('a store that answers %d is not believed, nor repeated', async (code, kind, message) => {
    status = code
    const failure = await open()
      .resolve(reference('shop/ci'))
      .catch(error => error)
    expect(failure).toMatchObject({ kind, message: expect.stringContaining(message) })
    expect(failure.message).not.toContain('root-token')
  })

  it('goes nowhere but to the store, whatever the store says', async () => {
    await expect(open({ addresses: [] }).resolve(reference('shop/ci'))).rejects.toThrow('127.0.0.1 is loopback')
    expect(seen).toEqual([])
  })
})

describe('what a store said', () => {
  const moment = { now: 0 }
  let asked = 0
  let answer: () => Promise<Record<string, string> | null>
  const open = () =>
    believing(
      {
        read: async () => {
          asked += 1
          return answer()
        },
      },
      { fresh: 10, stale: 100, now: () => moment.now },
    )

  beforeEach(() => {
    moment.now = 0
    asked = 0
    answer = async () => ({ key: `value ${asked}` })
  })

  it('is asked for once by many, and again when it may have been replaced', async () => {
    const store = open()
    expect(await Promise.all(['a', 'a', 'a'].map(store.read))).toEqual(Array(3).fill({ key: 'value 1' }))
    moment.now = 9
    expect(await store.read('a')).toEqual({ key: 'value 1' })
    moment.now = 10
    expect(await store.read('a')).toEqual({ key: 'value 2' })
    expect(asked).toBe(2)
  })

  it('is believed for a while when it is away, and not when it refuses', async () => {
    const store = open()
    await store.read('a')
    moment.now = 50
    answer = () => Promise.reject(Object.assign(new Error('away'), { kind: 'Unavailable' }))
    expect(await store.read('a')).toEqual({ key: 'value 1' })
    await expect(store.read('b')).rejects.toThrow('away')
    answer = () => Promise.reject(Object.assign(new Error('no'), { kind: 'Invalid' }))
    await expect(store.read('a')).rejects.toThrow('no')
    answer = () => Promise.reject(new Error('broken'))
    moment.now = 101
    await expect(store.read('a')).rejects.toThrow('broken')
  })
})
