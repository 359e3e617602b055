import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { configuration } from '../../../pipeline/schema/configuration.ts'
import { verify } from './signatures.ts'

const now = 1_800_000_000_000
const seconds = String(now / 1_000)
const body = Buffer.from('{"hello":"wörld"}')
const secret = { env: 'KEY' }

function source(settings: object) {
  return configuration.parse({ hooks: { ci: { secret, ...settings } } }).hooks.ci!
}

function check(settings: object, headers: Record<string, string>, keys = ['old', 'new'], bytes = body) {
  return verify(source(settings), { delivery: { headers, body: bytes }, keys, now })
}

const hex = (key: string, ...parts: (string | Buffer)[]) => {
  const mac = createHmac('sha256', key)
  for (const part of parts) mac.update(part)
  return mac.digest('hex')
}
const standardKey = `whsec_${Buffer.from('a key of 24 bytes at least').toString('base64')}`
const standardHeaders = (id: string, time = seconds, key = standardKey) => ({
  'webhook-id': id,
  'webhook-timestamp': time,
  'webhook-signature': `v1a,xx v1,${createHmac('sha256', Buffer.from(key.slice(6), 'base64'))
    .update(`${id}.${time}.`)
    .update(body)
    .digest('base64')}`,
})

/** Good headers, by source; each must fail when anything of it is changed. */
const good: Record<string, [object, Record<string, string>, string[]?]> = {
  github: [{ type: 'github' }, { 'x-hub-signature-256': `sha256=${hex('new', body)}` }],
  gitlab: [{ type: 'gitlab' }, { 'x-gitlab-token': 'new' }],
  standard: [{ type: 'standard' }, standardHeaders('msg_1'), [standardKey]],
  hmac: [{ type: 'hmac', header: 'X-Sig', prefix: 'v0=' }, { 'x-sig': `v0=${hex('old', body)}` }],
  'hmac with a time': [
    { type: 'hmac', header: 'x-sig', timestamp: 'X-Time' },
    { 'x-sig': hex('new', `${seconds}.`, body), 'x-time': seconds },
  ],
  token: [{ type: 'token' }, { authorization: 'new' }],
}

describe.each(Object.entries(good))('%s', (_name, [settings, headers, keys]) => {
  // Mutations: `sameBytes` that gives true; a verify that ignores its keys; a missing header that counts as good.
  test('takes either key and nothing else', () => {
    expect(check(settings, headers, keys)).toMatchObject({ fault: null })
    expect(check(settings, headers, ['wrong']).id).toBeNull()
    expect(check(settings, headers, ['']).id).toBeNull()
    expect(check(settings, {}, keys).id).toBeNull()
    for (const name of Object.keys(headers)) {
      expect(check(settings, { ...headers, [name]: '' }, keys).id).toBeNull()
      expect(check(settings, { ...headers, [name]: `${headers[name]}0` }, keys).id).toBeNull()
      expect(check(settings, { ...headers, [name]: headers[name]!.slice(0, -1) }, keys).id).toBeNull()
    }
  })

  test('another body is another delivery, or none', () => {
    const other = check(settings, headers, keys, Buffer.from('{"hello":"World"}'))
    expect(other.id).not.toBe(check(settings, headers, keys).id)
    const tokens = ['gitlab', 'token']
    if (!tokens.includes((settings as { type: string }).type)) expect(other.id).toBeNull()
  })
})

// Mutation: `isRecent` that always gives true.
describe('a time that is signed', () => {
  test.each([
    [0, true],
    [-299, true],
    [299, true],
    [-301, false],
    [301, false],
  ])('%i s from now: %s', (offset, taken) => {
    const time = String(now / 1_000 + offset)
    const standard = check({ type: 'standard' }, standardHeaders('msg_1', time), [standardKey])
    const hmac = check(good['hmac with a time']![0], { 'x-sig': hex('new', `${time}.`, body), 'x-time': time })
    for (const verified of [standard, hmac]) expect(verified.fault === null).toBe(taken)
  })

  test('cannot be exchanged', () => {
    const headers = standardHeaders('msg_1', String(now / 1_000 - 900))
    expect(check({ type: 'standard' }, { ...headers, 'webhook-timestamp': seconds }, [standardKey]).id).toBeNull()
    expect(
      check({ type: 'standard' }, { ...standardHeaders('msg_1'), 'webhook-id': 'msg_2' }, [standardKey]).id,
    ).toBeNull()
  })

  test('that is no number is refused', () => {
    for (const time of ['', 'now', '-1', '1e9', '99999999999999'])
      expect(check({ type: 'standard' }, standardHeaders('msg_1', time), [standardKey]).id).toBeNull()
  })
})

test('a copy with another id of GitHub is the same delivery: that id is not signed', () => {
  const headers = { 'x-hub-signature-256': `sha256=${hex('new', body)}` }
  const ids = ['a', 'b'].map(id => check({ type: 'github' }, { ...headers, 'x-github-delivery': id }).id)
  expect(ids[0]).toBe(ids[1])
})
