import { SignJWT } from 'jose'
import { expect, it } from 'vitest'
import { createApprovalLinks, type LinkOrder } from './approval-links.ts'
import { localSecrets } from './secrets/secrets.ts'

/** Fails when the signature, the algorithm, the audience or the time of a link is not looked at. */

const [first, second] = ['first-'.repeat(6), 'second-'.repeat(6)]
const secrets = localSecrets({ FIRST: first, SECOND: second, SHORT: 'too-short' })
const begun = Date.parse('2026-01-01T00:00:00.000Z')

function links(keys: string[], change: { url?: string; now?: number } = {}) {
  const { url = 'https://slipway.example', now = begun } = change
  const configuration = { keys: keys.map(env => ({ env })), lifetime: 3_600_000 }
  return createApprovalLinks({ configuration, url, secrets, now: () => now })
}

const order: LinkOrder = {
  ...{ execution: 'shop-1', stage: 'approve', seen: 'abc', connection: 'chat', subject: null },
  ...{ message: 'shop-1/notice-1', at: '2026-01-01T00:00:00.000Z', until: '2026-01-02T00:00:00.000Z' },
}

const tokenOf = (url: string) => new URL(url).hash.slice(1)
const made = async (change: Partial<LinkOrder> = {}) =>
  tokenOf((await links(['FIRST']).make({ ...order, ...change })).url)

it('says what it asks, behind the # where no server sees it', async () => {
  const { url, claims } = await links(['FIRST']).make(order)
  expect(url).toMatch(/^https:\/\/slipway\.example\/approve#/)
  expect(await links(['FIRST']).read(tokenOf(url))).toEqual(claims)
  expect(claims).toMatchObject({
    execution: 'shop-1',
    stage: 'approve',
    seen: 'abc',
    connection: 'chat',
    subject: null,
  })
})

it('is another one for another message, stage, question or person', async () => {
  const tokens = await Promise.all([
    made(),
    made({ message: 'shop-1/notice-2' }),
    made({ stage: 'other' }),
    made({ seen: 'abd' }),
    made({ subject: 'user:ann' }),
  ])
  const ids = await Promise.all(tokens.map(async token => (await links(['FIRST']).read(token)).id))
  expect(new Set(ids).size).toBe(tokens.length)
})

it('lives as long as it is given, and never longer than the judgment waits', async () => {
  const token = await made()
  const short = await made({ until: '2026-01-01T00:10:00.000Z' })
  const at = (minutes: number) => links(['FIRST'], { now: begun + minutes * 60_000 })
  await at(59).read(token)
  await at(9).read(short)
  await expect(at(60).read(token)).rejects.toMatchObject({ why: 'expired' })
  await expect(at(10).read(short)).rejects.toMatchObject({ why: 'expired' })
})

it('is accepted with an older key while keys rotate, and with no other', async () => {
  const token = await made()
  await links(['SECOND', 'FIRST']).read(token)
  await expect(links(['SECOND']).read(token)).rejects.toMatchObject({ why: 'forged' })
  await expect(links(['SHORT']).make(order)).rejects.toThrow('less than 32 characters')
})

it('counts here only when it was made here, as it was made', async () => {
  const token = await made()
  const [head, body, seal] = token.split('.') as [string, string, string]
  const changed = Buffer.from(Buffer.from(body, 'base64url').toString().replace('shop-1', 'shop-2')).toString(
    'base64url',
  )
  const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'slipway-approval-link' })).toString('base64url')
  const otherUse = await new SignJWT({ execution: 'shop-1' })
    .setProtectedHeader({ alg: 'HS256' })
    .setAudience('https://slipway.example')
    .setExpirationTime(begun / 1_000 + 60)
    .sign(new TextEncoder().encode(first))
  for (const forged of [
    `${head}.${changed}.${seal}`,
    `${none}.${body}.`,
    `${none}.${body}.${seal}`,
    otherUse,
    '',
    'a.b.c',
  ])
    await expect(links(['FIRST']).read(forged)).rejects.toMatchObject({ why: 'forged' })
  await expect(links(['FIRST'], { url: 'https://other.example' }).read(token)).rejects.toMatchObject({ why: 'forged' })
})
