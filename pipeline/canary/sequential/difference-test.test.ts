import { describe, expect, it } from 'vitest'
import type { Arms } from './arms.ts'
import { differenceHarmTest, differenceSafeTest, logDifferenceRatio } from './difference-test.ts'
import type { EventTest } from './ratio-test.ts'
import { relativeError, repeat } from './testing.ts'

/** The known answers were computed apart from this code, in Python, from the same formulas. */
function expectE(start: () => EventTest, all: readonly Arms[], expected: number): void {
  const test = start()
  for (const arms of all) test.add(arms)
  expect(relativeError(Math.exp(test.logE()), expected)).toBeLessThan(1e-6)
}

const each = (b: number, c: number): Arms => ({ b, c, u: 500, v: 500 })
const pairs = (list: readonly [number, number][]): Arms[] => list.map(([b, c]) => each(b, c))

describe('equal rates', () => {
  it('of six in ten and more are left out for shares', () => {
    const arms = each(150, 160)
    const rates = [-8, -7, -6, -5, -4, -3, -2, -1].map(k => 0.6 * 10 ** (k / 4))
    const ratios = rates.map(q => Math.exp(logDifferenceRatio(arms, { baseline: q, canary: q }, 0.6)))
    const mean = ratios.reduce((sum, ratio) => sum + ratio / ratios.length, 0)
    expectE(differenceSafeTest(0.6, 'proportion', 1), [arms], mean)
  })
})

describe('one interval', () => {
  it.each([
    [{ baseline: 0.01, canary: 0.01 }, { u: 500, v: 500, b: 5, c: 5 }, 0.01, 1.12993578],
    [{ baseline: 0.001, canary: 0.001 }, { u: 500, v: 500, b: 0, c: 0 }, 0.01, 4.52493781],
    [{ baseline: 0.02, canary: 0.02 }, { u: 950, v: 50, b: 20, c: 0 }, 0.01, 0.502873614],
    [{ baseline: 5, canary: 5 }, { u: 1, v: 1, b: 5, c: 5 }, 2, 0.196198637],
  ])('under %o with %o and a margin of %d is known', (rates, arms, margin, expected) =>
    expect(relativeError(logDifferenceRatio(arms, rates, margin), expected)).toBeLessThan(1e-6),
  )

  it('has a mean of at most one everywhere on the null, for Bernoulli outcomes', () => {
    const u = 7
    const v = 4
    const margin = 0.2
    for (const rates of [
      { baseline: 0.1, canary: 0.1 },
      { baseline: 0.3, canary: 0.3 },
      { baseline: 0.02, canary: 0.9 },
    ])
      for (const x of [0, 0.05, 0.3, 0.8]) {
        let mean = 0
        for (let b = 0; b <= u; b++)
          for (let c = 0; c <= v; c++)
            mean +=
              binomial(u, b, x) *
              binomial(v, c, x + margin) *
              Math.exp(logDifferenceRatio({ b, c, u, v }, rates, margin))
        expect(mean).toBeLessThan(1 + 1e-9)
      }
  })
})

function binomial(n: number, k: number, p: number): number {
  let ways = 1
  for (let i = 0; i < k; i++) ways = (ways * (n - i)) / (i + 1)
  return ways * p ** k * (1 - p) ** (n - k)
}

describe('the test of staying within an absolute margin', () => {
  const point = differenceSafeTest(0.01, 'proportion', 'measured')

  it.each([
    ['5 × (5, 5)', repeat(5, each(5, 5)), 31.7311646],
    [
      'a varied run',
      Array.from({ length: 3 }, () =>
        pairs([
          [5, 4],
          [4, 6],
          [6, 5],
        ]),
      ).flat(),
      2101.83197,
    ],
    ['6 × (5, 10)', repeat(6, each(5, 10)), 0.306324098],
    ['8 × (10, 0) at 95 to 5', repeat(8, { b: 10, c: 0, u: 950, v: 50 }), 873.680294],
    ['5 × (0, 0), which could still be clustered', repeat(5, each(0, 0)), 1053.83714],
    [
      'an over-dispersed run',
      pairs([
        [2, 1],
        [9, 3],
        [4, 12],
        [8, 2],
        [1, 7],
        [6, 5],
      ]),
      0.863547905,
    ],
  ] as const)('by %s is known', (_, all, expected) => expectE(point, all, expected))

  it('by an over-dispersed run, taken as independent, is known', () =>
    expectE(
      differenceSafeTest(0.01, 'proportion', 1),
      pairs([
        [2, 1],
        [9, 3],
        [4, 12],
        [8, 2],
        [1, 7],
        [6, 5],
      ]),
      87.6835706,
    ))

  it('for counts has the margin in events per unit of exposure', () =>
    expectE(differenceSafeTest(2, 'count', 'measured'), repeat(20, { b: 5, c: 5 }), 5.93597864))

  it('leaves out alternatives that are no share', () => {
    const counts = differenceSafeTest(0.3, 'count', 1)()
    const shares = differenceSafeTest(0.3, 'proportion', 1)()
    for (const arms of repeat(3, { b: 1, c: 1, u: 10, v: 10 })) {
      counts.add(arms)
      shares.add(arms)
    }
    expect(shares.logE()).toBeGreaterThan(counts.logE())
  })
})

describe('the test of harm beyond an absolute allowance', () => {
  it.each([
    ['10 × (5, 15)', repeat(10, each(5, 15)), 68.3698148],
    ['10 × (5, 10)', repeat(10, each(5, 10)), 0.183065696],
  ] as const)('by %s is known', (_, all, expected) => expectE(differenceHarmTest(0.01, 'measured'), all, expected))

  it('learns nothing from the first interval, which fixes what the baseline is', () => {
    const test = differenceHarmTest(0.01, 1)()
    test.add(each(0, 500))
    expect(test.logE()).toBeCloseTo(0, 12)
  })
})

describe('both tests', () => {
  it('learn nothing from an interval without exposure on a side', () => {
    for (const start of [differenceSafeTest(0.01, 'proportion', 1), differenceHarmTest(0.01, 1)]) {
      const with3 = start()
      const with5 = start()
      for (const arms of repeat(3, each(5, 7))) {
        with3.add(arms)
        with5.add(arms)
      }
      with5.add({ b: 3, c: 0, u: 100, v: 0 })
      with5.add({ b: 0, c: 3, u: 0, v: 100 })
      expect(with5.logE()).toBe(with3.logE())
    }
  })

  it('reach a level exactly when their evidence does', () => {
    for (const start of [differenceSafeTest(0.01, 'proportion', 'measured'), differenceHarmTest(0.001, 'measured')]) {
      const test = start()
      for (const arms of repeat(8, each(4, 6))) {
        test.add(arms)
        const logE = test.logE()
        expect(test.reaches(logE)).toBe(true)
        expect(test.reaches(logE + 1e-9)).toBe(false)
      }
    }
  })
})
