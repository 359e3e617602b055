import { describe, expect, test } from 'vitest'
import type { NewToken } from '../tokens.ts'
import type { Suite } from './suite.ts'

export function identityContract(suite: Suite): void {
  const token = (change: Partial<NewToken> = {}): NewToken => ({
    id: 'one',
    name: 'ci',
    owner: 'user:ada',
    hash: 'a'.repeat(64),
    rules: [{ allow: ['execution:read'], applications: ['shop'], environments: ['*'] }],
    createdAt: '2026-03-01T10:00:00.000Z',
    expiresAt: '2026-06-01T10:00:00.000Z',
    ...change,
  })
  const later = '2026-03-02T10:00:00.000Z'

  describe('tokens', () => {
    test('are kept as they were given, and say when they were used last', async () => {
      expect(await suite.store.addToken(token())).toBe(true)
      expect(await suite.store.token('one')).toEqual({ ...token(), usedAt: null, revokedAt: null })
      await suite.store.tokenUsed('one', later)
      await suite.store.tokenUsed('one', '2026-03-01T11:00:00.000Z')
      expect((await suite.store.token('one'))?.usedAt).toBe(later)
      expect(await suite.store.token('two')).toBeNull()
    })

    test('have a name that no other token in force has', async () => {
      await suite.store.addToken(token())
      expect(await suite.store.addToken(token({ id: 'two' }))).toBe(false)
      expect(await suite.store.revokeToken('ci', later)).toBe(true)
      expect(await suite.store.revokeToken('ci', later)).toBe(false)
      expect(await suite.store.addToken(token({ id: 'two', createdAt: later }))).toBe(true)
      expect((await suite.store.tokens()).map(({ id, revokedAt }) => [id, revokedAt])).toEqual([
        ['two', null],
        ['one', later],
      ])
    })

    test('give their name back when they have expired', async () => {
      await suite.store.addToken(token())
      const after = { id: 'two', createdAt: '2026-07-01T00:00:00.000Z', expiresAt: '2026-08-01T00:00:00.000Z' }
      expect(await suite.store.addToken(token(after))).toBe(true)
      expect((await suite.store.token('one'))?.revokedAt).toBe(token().expiresAt)
    })
  })

  describe('sessions', () => {
    const session = {
      hash: 'b'.repeat(64),
      who: { type: 'person', name: 'ada', groups: ['sre'] },
      createdAt: '2026-03-01T10:00:00.000Z',
      expiresAt: '2126-03-01T22:00:00.000Z',
    }

    test('are known to every process, until they are removed', async () => {
      await suite.store.addSession(session)
      const other = await suite.open()
      expect(await other.session(session.hash)).toEqual(session)
      await suite.store.removeSession(session.hash)
      expect(await other.session(session.hash)).toBeNull()
    })

    test('that are over are swept out by the next one', async () => {
      await suite.store.addSession({ ...session, expiresAt: '2020-01-01T00:00:00.000Z' })
      await suite.store.addSession({ ...session, hash: 'c' })
      expect(await suite.store.session(session.hash)).toBeNull()
    })
  })

  test('what can be claimed once is claimed by one of many', async () => {
    const other = await suite.open()
    const claims = Array.from({ length: 20 }, (_, index) =>
      (index % 2 ? suite.store : other).claim('link/1', '2126-01-01T00:00:00.000Z'),
    )
    expect((await Promise.all(claims)).filter(Boolean)).toHaveLength(1)
    expect(await suite.store.claim('link/2', '2126-01-01T00:00:00.000Z')).toBe(true)
    expect(await other.isClaimed('link/2')).toBe(true)
    await other.release('link/2')
    expect(await suite.store.isClaimed('link/2')).toBe(false)
    expect(await suite.store.isClaimed('link/1')).toBe(true)
    expect(await suite.store.claim('link/2', '2126-01-01T00:00:00.000Z')).toBe(true)
  })
}
