import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { chain, emptyChain, follows } from './audit-chain.ts'
import type { AuditEntry } from './store.ts'

const entry: AuditEntry = {
  at: '2026-03-01T10:00:00.000Z',
  actor: 'ada',
  action: 'execution.rollback',
  subject: 'execution:checkout-1f2e',
  outcome: 'allowed',
  data: { reason: 'errors', weight: 5 },
}

test('the hash is the SHA-256 of the canonical JSON, so anyone can check it without Slipway', () => {
  const canonical =
    '{"action":"execution.rollback","actor":"ada","at":"2026-03-01T10:00:00.000Z",' +
    '"data":{"reason":"errors","weight":5},"outcome":"allowed","previous":"","sequence":1,' +
    '"subject":"execution:checkout-1f2e"}'
  expect(chain(emptyChain, entry).hash).toBe(createHash('sha256').update(canonical).digest('hex'))
})

test('a record follows the one it was written after, and no other', () => {
  const first = chain(emptyChain, entry)
  const second = chain(first, entry)
  const third = chain(second, entry)
  expect(follows(emptyChain, first)).toBe(true)
  expect(follows(first, second)).toBe(true)
  expect(follows(first, third)).toBe(false)
  expect(follows(emptyChain, second)).toBe(false)
})

test('the order of keys does not matter, any other change does', () => {
  const record = chain(emptyChain, entry)
  expect(follows(emptyChain, { ...record, data: { weight: 5, reason: 'errors' } })).toBe(true)
  fc.assert(
    fc.property(fc.constantFrom(...(Object.keys(record) as (keyof typeof record)[])), fc.jsonValue(), (key, value) => {
      fc.pre(JSON.stringify(record[key]) !== JSON.stringify(value))
      fc.pre(key !== 'data' || JSON.stringify(value) !== '{"weight":5,"reason":"errors"}')
      expect(follows(emptyChain, { ...record, [key]: value } as typeof record)).toBe(false)
    }),
  )
})
