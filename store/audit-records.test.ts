import fc from 'fast-check'
import { expect, test } from 'vitest'
import { chain, emptyChain } from './audit-chain.ts'
import { firstBadRecord } from './audit-records.ts'
import { entry } from './contract/samples.ts'
import type { AuditRecord } from './store.ts'

function log(length: number, actor = 'ada'): AuditRecord[] {
  const records: AuditRecord[] = []
  for (let index = 0; index < length; index++)
    records.push(chain(records.at(-1) ?? emptyChain, entry({ actor, data: { index } })))
  return records
}

const checkpoint = ({ sequence, hash }: AuditRecord) => ({ sequence, hash, at: '2026-03-01T10:00:00.000Z' })

test('a log that was not touched holds, with every checkpoint', async () => {
  expect(await firstBadRecord([], [])).toBeNull()
  const records = log(20)
  expect(await firstBadRecord(records, records.map(checkpoint))).toBeNull()
})

test('any flip, removal or reordering is named at the first record it touches', async () => {
  const at = fc.nat({ max: 9 })
  await fc.assert(
    fc.asyncProperty(at, at, fc.constantFrom('flip', 'remove', 'swap', 'double'), async (a, b, kind) => {
      fc.pre(kind !== 'swap' || a !== b)
      const records = log(10)
      const touched = [...records]
      if (kind === 'flip') touched[a] = { ...touched[a]!, actor: 'mallory' }
      if (kind === 'remove') touched.splice(a, 1)
      if (kind === 'double') touched.splice(a, 0, touched[a]!)
      if (kind === 'swap') [touched[a], touched[b]] = [touched[b]!, touched[a]!]
      const first = kind === 'swap' ? Math.min(a, b) : kind === 'double' ? a + 1 : a
      expect(await firstBadRecord(touched, [checkpoint(records[9]!)])).toBe(first + 1)
    }),
  )
})

test('a log that was written anew, with hashes that fit, is named where a checkpoint saw another one', async () => {
  const [real, forged] = [log(10), log(10, 'mallory')]
  expect(await firstBadRecord(forged, [])).toBeNull()
  expect(await firstBadRecord(forged, [checkpoint(real[6]!)])).toBe(7)
  expect(await firstBadRecord(real.slice(0, 4), [checkpoint(real[6]!)])).toBe(5)
})
