import { expect, test } from 'vitest'
import { auditCursor, executionCursor, parseAuditCursor, parseExecutionCursor } from './cursor.ts'
import { InvalidCursor } from './errors.ts'

const place = { createdAt: '2026-03-01T10:00:00.000Z', id: 'checkout-1f2e' }

test('a cursor says where the list goes on', () => {
  expect(parseExecutionCursor(executionCursor(place))).toEqual(place)
  expect(parseAuditCursor(auditCursor(42))).toBe(42)
})

test.each([
  '',
  'garbage',
  'null',
  '%00',
  auditCursor(42),
  executionCursor({ ...place, createdAt: 'yesterday' }),
  executionCursor({ ...place, createdAt: '2026-03-01' }),
  executionCursor({ ...place, id: '' }),
  executionCursor({ ...place, id: 'a\0b' }),
  Buffer.from('["executions",{},[]]').toString('base64url'),
  Buffer.from('{"0":"executions"}').toString('base64url'),
  'A'.repeat(100_000),
])('%.40j is no cursor of executions', cursor => {
  expect(() => parseExecutionCursor(cursor)).toThrow(InvalidCursor)
})

test.each([
  '',
  'x',
  executionCursor(place),
  Buffer.from('["audit",1.5]').toString('base64url'),
  Buffer.from('["audit","1"]').toString('base64url'),
  Buffer.from('["audit",1e300]').toString('base64url'),
])('%.40j is no cursor of the audit log', cursor => {
  expect(() => parseAuditCursor(cursor)).toThrow(InvalidCursor)
})
