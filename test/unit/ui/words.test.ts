import { expect, test } from 'vitest'
import { percent as judgePercent } from '../../../pipeline/canary/sequential/wording.ts'
import { evidence, percent, share, signed, significant, whole } from '../../../ui/words/numbers.ts'
import { ago, lengthOf } from '../../../ui/words/time.ts'

test('what is not a number is a dash, never a zero', () => {
  for (const write of [share, percent, significant, whole, signed, evidence]) {
    expect(write(Number.NaN)).toBe('–')
    expect(write(Number.POSITIVE_INFINITY)).toBe('–')
  }
  expect(lengthOf(Number.NaN)).toBe('–')
})

test('shares read as in the sentences of the judge', () => {
  for (const value of [0, 0.0049, 0.0096, 0.01, 0.0491, 0.099, 0.1, 0.333, 1])
    expect(share(value).replace('\u00a0', ' ')).toBe(judgePercent(value))
})

test('chosen percentages are as short as they can be', () => {
  expect([5, 25, 0.5, 33.3333].map(percent)).toEqual(['5\u00a0%', '25\u00a0%', '0.5\u00a0%', '33.3\u00a0%'])
})

test('differences carry their sign', () => {
  expect([4.12, -0.3, 0].map(signed)).toEqual(['+4.1', '−0.30', '±0'])
})

test('evidence stays short however large it is', () => {
  expect([3.0512, 5387.2, 4.3e276, null].map(evidence)).toEqual(['3.05', '5,387', '10²⁷⁶', '> 10³⁰⁸'])
})

test('times have two units at most', () => {
  expect([0, 48_000, 130_000, 3_840_000, 266_400_000].map(lengthOf)).toEqual(['0s', '48s', '2m 10s', '1h 04m', '3d 2h'])
  expect([0, 40_000, 200_000, 7_200_000, 432_000_000].map(ago)).toEqual([
    'just now',
    '40 s ago',
    '3 min ago',
    '2 h ago',
    '5 d ago',
  ])
})

test('a clock that runs behind the server shows zero, not a negative time', () => {
  expect(lengthOf(-5_000)).toBe('0s')
  expect(ago(-5_000)).toBe('just now')
})
