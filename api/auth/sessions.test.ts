import { expect, test } from 'vitest'
import { createSessions, sessionLifetime } from './sessions.ts'

function sessionsAt(secret = 'secret') {
  const clock = { now: 1_000_000 }
  return { clock, sessions: createSessions(secret, () => clock.now) }
}

test('a code opens one session, once', () => {
  const { sessions } = sessionsAt()
  const { code } = sessions.issueCode()
  const cookie = sessions.open(code)
  expect(cookie).not.toBeNull()
  expect(sessions.isOpen(cookie!)).toBe(true)
  expect(sessions.open(code)).toBeNull()
})

test('a code is worth nothing after its time, and a wrong one never', () => {
  const { sessions, clock } = sessionsAt()
  const { code, expiresAt } = sessions.issueCode()
  expect(sessions.open('x')).toBeNull()
  expect(sessions.open('')).toBeNull()
  clock.now = expiresAt
  expect(sessions.open(code)).toBeNull()
})

test('a session ends by itself, and when it is closed', () => {
  const { sessions, clock } = sessionsAt()
  const first = sessions.open(sessions.issueCode().code)!
  const second = sessions.open(sessions.issueCode().code)!
  sessions.close(first)
  expect(sessions.isOpen(first)).toBe(false)
  expect(sessions.isOpen(second)).toBe(true)
  clock.now += sessionLifetime
  expect(sessions.isOpen(second)).toBe(false)
})

test('a server with the same secret knows the session, one with another does not', () => {
  const { sessions, clock } = sessionsAt()
  const cookie = sessions.open(sessions.issueCode().code)!
  expect(createSessions('secret', () => clock.now).isOpen(cookie)).toBe(true)
  expect(createSessions('another', () => clock.now).isOpen(cookie)).toBe(false)
})

test('a session cannot be made longer or up', () => {
  const { sessions, clock } = sessionsAt()
  const [version, expiry, nonce, signature] = sessions.open(sessions.issueCode().code)!.split('.')
  for (const forged of [
    `${version}.${Number(expiry) + 1}.${nonce}.${signature}`,
    `${version}.${clock.now + 1e9}.${nonce}.`,
    `v2.${expiry}.${nonce}.${signature}`,
    `${version}.${expiry}.${nonce}.${signature}.x`,
    `${version}.NaN.${nonce}.${signature}`,
    'v1...',
    '',
  ])
    expect(sessions.isOpen(forged)).toBe(false)
})

test('a flood of links does not fill the memory: the oldest codes go first', () => {
  const { sessions } = sessionsAt()
  const codes = Array.from({ length: 150 }, () => sessions.issueCode().code)
  expect(sessions.open(codes[0]!)).toBeNull()
  expect(sessions.open(codes[149]!)).not.toBeNull()
})
