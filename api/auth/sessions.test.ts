import { expect, test } from 'vitest'
import { memoryStore } from '../../test/fakes/memory-store.ts'
import { createSessions, sessionLifetime, type Who } from './sessions.ts'

const ada: Who = { type: 'oidc', name: 'ada@shop.example', groups: ['sre'] }

function sessionsAt(secret = 'secret') {
  const clock = { now: 1_000_000 }
  const store = memoryStore()
  const another = (other = secret) => createSessions(store, other, () => clock.now)
  return { clock, store, sessions: another(), another }
}

test('a code opens one session, once, at any server with the same secret and store', async () => {
  const { sessions, another } = sessionsAt()
  const { code } = sessions.issueCode(ada)
  const both = await Promise.all([sessions.redeem(code), another().redeem(code)])
  expect(both.filter(whose => whose !== null)).toEqual([ada])
  expect(await sessions.redeem(code)).toBeNull()
})

test('a code is worth nothing after its time, and a wrong one never', async () => {
  const { sessions, clock, another } = sessionsAt()
  const { code, expiresAt } = sessions.issueCode(ada)
  for (const wrong of [
    '',
    'x',
    `${code}x`,
    `x${code}`,
    `${code}.x`,
    code.split('.')[0]!,
    '..',
    another('other').issueCode(ada).code,
  ])
    expect(await sessions.redeem(wrong)).toBeNull()
  clock.now = expiresAt
  expect(await sessions.redeem(code)).toBeNull()
})

test('a session is a new secret each time, and only its hash is kept', async () => {
  const { sessions, store } = sessionsAt()
  const [first, second] = [await sessions.open(ada), await sessions.open(ada)]
  expect(first).not.toBe(second)
  expect(await sessions.find(first)).toEqual(ada)
  expect(await store.session(first)).toBeNull()
})

test('a session that was closed stays closed, also for a server that starts later', async () => {
  const { sessions, another } = sessionsAt()
  const cookie = await sessions.open(ada)
  expect(await another().find(cookie)).toEqual(ada)
  await sessions.close(cookie)
  expect(await sessions.find(cookie)).toBeNull()
  expect(await another().find(cookie)).toBeNull()
})

test('another server notices soon that a session was closed', async () => {
  const { sessions, another, clock } = sessionsAt()
  const other = another()
  const cookie = await sessions.open(ada)
  expect(await other.find(cookie)).toEqual(ada)
  await sessions.close(cookie)
  clock.now += 2_000
  expect(await other.find(cookie)).toBeNull()
})

test('a session ends by itself', async () => {
  const { sessions, clock } = sessionsAt()
  const cookie = await sessions.open(ada)
  clock.now += sessionLifetime
  expect(await sessions.find(cookie)).toBeNull()
})

test('a session that is known outlives a store that is away', async () => {
  const { sessions, store, clock } = sessionsAt()
  const cookie = await sessions.open(ada)
  await sessions.find(cookie)
  store.down = true
  clock.now += 60_000
  expect(await sessions.find(cookie)).toEqual(ada)
  clock.now += 3_600_000
  await expect(sessions.find(cookie)).rejects.toThrow('the store is down')
})

test('what is no session is not even looked up', async () => {
  const { sessions, store } = sessionsAt()
  store.down = true
  for (const made of ['', 'x', 'v1.9999999999999.x.y', '../../x', 'a'.repeat(44)])
    expect(await sessions.find(made)).toBeNull()
})
