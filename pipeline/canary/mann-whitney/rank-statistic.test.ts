import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { rankInterval } from './rank-interval.ts'
import { AllTied, rankStatistic } from './rank-statistic.ts'
import { naiveStatistic } from './testing.ts'

const sorted = (values: readonly number[]) => Float64Array.from(values).sort()

function intervalOf(x: readonly number[], y: readonly number[]) {
  const statistic = rankStatistic(sorted(x), sorted(y))
  return { ...rankInterval(statistic, Math.min(...x) - Math.max(...y), Math.max(...x) - Math.min(...y)), statistic }
}

/** Values that meet: small integers, tenths that round, both zeros, infinities. */
const meeting = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -5, max: 5 }) },
  { weight: 3, arbitrary: fc.integer({ min: -30, max: 30 }).map(tenths => tenths / 10) },
  { weight: 2, arbitrary: fc.double({ noNaN: true, min: -1e3, max: 1e3 }) },
  { weight: 1, arbitrary: fc.constantFrom(0, -0, Number.NaN) },
  { weight: 1, arbitrary: fc.constantFrom(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e308, -1e308, 5e-324) },
)
const side = fc.array(meeting, { minLength: 1, maxLength: 25 })

function outcome(f: () => number): number | 'tied' {
  try {
    return f()
  } catch (error) {
    if (error instanceof AllTied) return 'tied'
    throw error
  }
}

describe('rankStatistic', () => {
  it('is bit for bit that of sorting everything anew, whatever shifts came before', () => {
    fc.assert(
      fc.property(side, side, fc.array(meeting, { minLength: 1, maxLength: 12 }), (x, y, shifts) => {
        const statistic = rankStatistic(sorted(x), sorted(y))
        for (const shift of shifts) {
          expect(outcome(() => statistic.at(shift))).toBe(outcome(() => naiveStatistic(x, y, shift)))
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('ties NaN with what a shift makes infinite', () => {
    const [x, y] = [[1e308, Number.NaN, 0], [0]]
    const statistic = rankStatistic(sorted(x), sorted(y))
    expect(statistic.at(-1e308)).toBe(naiveStatistic(x, y, -1e308))
  })

  it('never rises with the shift where nothing ties', () => {
    const apart = fc.uniqueArray(fc.integer({ min: -1000, max: 1000 }), { minLength: 3, maxLength: 30 })
    fc.assert(
      fc.property(apart, apart, fc.integer({ min: -2000, max: 2000 }), (x, y, shift) => {
        const statistic = rankStatistic(sorted(x), sorted(y))
        // Halves between whole numbers: no ties.
        expect(statistic.at(shift + 0.5)).toBeLessThanOrEqual(statistic.at(shift - 0.5))
      }),
    )
  })

  // python3: r = scipy.stats.mannwhitneyu(x, y, method="asymptotic", use_continuity=True); norm.isf(r.pvalue / 2)
  it.each([
    {
      x: [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3],
      y: [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29],
      z: 1.5026882342055548,
    },
    { x: [1, 2, 2, 3, 3, 3, 4, 5], y: [0, 1, 1, 2, 2, 3, 3], z: 1.6120240919427362 },
    { x: range(1, 20), y: range(6, 20), z: -2.355015235416069 },
  ])('at 0 is the z of SciPy: $z', ({ x, y, z }) => {
    expect(rankStatistic(sorted(x), sorted(y)).at(0)).toBeCloseTo(z, 12)
  })

  it('keeps the two zeros apart: −0 ranks below 0', () => {
    expect(rankStatistic(sorted([0, 0]), sorted([-0, -0])).rankSum()).toBe(7)
    expect(rankStatistic(sorted([-0, -0]), sorted([0, 0])).rankSum()).toBe(3)
    expect(rankStatistic(sorted([-0, 0]), sorted([-0, 0])).rankSum()).toBe(5)
  })

  it('throws when everything is tied', () => {
    expect(() => rankStatistic(sorted([1, 1]), sorted([1])).at(0)).toThrow(AllTied)
    expect(() => rankStatistic(sorted([1]), sorted([3])).at(-2)).toThrow(AllTied)
  })
})

describe('rankInterval', () => {
  // R 4.2.2: wilcox.test(x, y, conf.int = TRUE, conf.level = .98, exact = FALSE)$conf.int
  it.each([
    {
      x: [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3],
      y: [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29],
      bounds: [-0.55995169526318367, 1.232960408303311],
    },
    { x: [1, 2, 2, 3, 3, 3, 4, 5], y: [0, 1, 1, 2, 2, 3, 3], bounds: [-0.99994113759403325, 2.9999592688082357] },
    { x: range(1, 20), y: range(6, 20), bounds: [-9.9999669110875189, -3.3088912480184991e-5] },
    {
      x: [12.1, 15.3, 9.9, 14.2, 13.7, 18.8, 11.4, 16.5, 10.2, 13.3],
      y: [8.1, 9.7, 7.7, 10.9, 12.4, 6.6, 9.1, 8.8, 11.3, 10.1],
      bounds: [1.1000181270349971, 7.0999392337225018],
    },
  ])('has the bounds of R: $bounds', ({ x, y, bounds }) => {
    const { lower, upper } = intervalOf(x, y)
    expect(lower).toBeCloseTo(bounds[0]!, 9)
    expect(upper).toBeCloseTo(bounds[1]!, 9)
  })

  it('is the whole range for 4 values a side, and less for 5', () => {
    const four = intervalOf([10, 20, 30, 40], [1, 2, 3, 4])
    expect([four.lower, four.upper]).toEqual([6, 39])
    const five = intervalOf([10, 20, 30, 40, 50], [1, 2, 3, 4, 5])
    expect(five.lower).toBeGreaterThan(5)
    expect(five.upper).toBeLessThan(49)
  })

  it('moves with the canary', () => {
    const apart = fc.uniqueArray(fc.integer({ min: -500, max: 500 }), { minLength: 6, maxLength: 30 })
    fc.assert(
      fc.property(apart, apart, fc.integer({ min: -500, max: 500 }), (x, y, by) => {
        const here = intervalOf(x, y)
        const there = intervalOf(
          x.map(value => value + by),
          y,
        )
        // The root finder stops within 1e-4 of the jump.
        expect(Math.abs(there.lower - here.lower - by)).toBeLessThanOrEqual(2e-4)
        expect(Math.abs(there.upper - here.upper - by)).toBeLessThanOrEqual(2e-4)
      }),
    )
  })

  it('is mirrored when the sides change places', () => {
    const apart = fc.uniqueArray(fc.integer({ min: -500, max: 500 }), { minLength: 6, maxLength: 30 })
    fc.assert(
      fc.property(apart, apart, (x, y) => {
        const here = intervalOf(x, y)
        const there = intervalOf(y, x)
        // Both stop within 1e-4 of the same jump, each on its side.
        expect(Math.abs(here.lower + there.upper)).toBeLessThanOrEqual(2e-4)
        expect(Math.abs(here.upper + there.lower)).toBeLessThanOrEqual(2e-4)
      }),
    )
  })

  it('needs few evaluations', () => {
    const x = range(1, 60).map(i => Math.sin(i) * 10)
    const y = range(1, 60).map(i => Math.cos(i) * 10)
    const statistic = rankStatistic(sorted(x), sorted(y))
    const at = vi.fn(statistic.at)
    rankInterval({ ...statistic, at }, Math.min(...x) - Math.max(...y), Math.max(...x) - Math.min(...y))
    expect(at.mock.calls.length).toBeLessThan(60)
  })
})

function range(from: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => from + i)
}
