import { expect, test } from 'vitest'
import { chartValue, signedEvidence } from './chart-value.ts'

test('what was seen is one number where it can be', () => {
  expect(chartValue({ bad: 1, total: 4 }, null)).toBe(0.25)
  expect(chartValue({ bad: 0, total: 0 }, null)).toBeNull()
  expect(chartValue({ events: 6 }, 3)).toBe(2)
  expect(chartValue({ value: 7 }, null)).toBe(7)
  for (const nothing of [null, { error: 'away' }, { counts: [1, 2] }]) expect(chartValue(nothing, null)).toBeNull()
})

test('evidence goes up for harm, down for no harm, and stays finite', () => {
  expect(signedEvidence(Math.E, 'fail')).toBeCloseTo(1)
  expect(signedEvidence(Math.E, 'pass')).toBeCloseTo(-1)
  expect(signedEvidence(0.5, 'fail')).toBe(0)
  expect(signedEvidence(null, 'fail')).toBe(709)
  expect(signedEvidence(Number.POSITIVE_INFINITY, 'fail')).toBe(709)
})
