import { describe, expect, it } from 'vitest'
import type { Arms } from './arms.ts'
import { lowerQuartile, overDispersion } from './dispersion.ts'
import { rateRatio } from './rate-ratio.ts'
import { relativeError, repeat } from './testing.ts'

const each = (b: number, c: number): Arms => ({ b, c, u: 500, v: 500 })

describe('over-dispersion', () => {
  it('of both arms is known', () => {
    const all = [each(2, 1), each(9, 3), each(4, 12), each(8, 2), each(1, 7), each(6, 5)]
    expect(relativeError(overDispersion(all), 9.92617847)).toBeLessThan(1e-6)
  })

  it('under a traffic share that grows is known', () => {
    const all: Arms[] = [
      { b: 19, c: 3, u: 95, v: 5 },
      { b: 15, c: 9, u: 75, v: 25 },
      { b: 10, c: 20, u: 50, v: 50 },
      { b: 4, c: 2, u: 95, v: 5 },
      { b: 30, c: 1, u: 75, v: 25 },
    ]
    expect(relativeError(overDispersion(all), 4.6967259)).toBeLessThan(1e-6)
  })

  it('of one arm alone is known, and the same for either', () => {
    const counts = [12, 0, 1, 9, 2, 3]
    expect(relativeError(overDispersion(counts.map(c => each(0, c))), 9.70523166)).toBeLessThan(1e-6)
    expect(relativeError(overDispersion(counts.map(b => each(b, 0))), 9.70523166)).toBeLessThan(1e-6)
  })

  it('is at least one, however even the counts', () => {
    expect(overDispersion(repeat(40, each(5, 5)))).toBe(1)
    expect(overDispersion(repeat(40, each(0, 5)))).toBe(1)
  })

  it('is assumed to be three while there are too few events or blocks to measure it', () => {
    expect(overDispersion([])).toBe(3)
    expect(overDispersion(repeat(5, each(0, 0)))).toBe(3)
    expect(overDispersion(repeat(3, each(3, 3)))).toBe(3)
    expect(overDispersion([each(30, 30)])).toBe(3)
    expect(overDispersion([each(0, 30)])).toBe(3)
    expect(overDispersion(repeat(2, each(30, 30)))).toBe(1)
    expect(overDispersion(repeat(2, each(0, 30)))).toBe(1)
  })

  it('measures an arm from ten events on, and both from ten each', () => {
    const chiSquared = (phi: number) => phi * lowerQuartile(1)
    // Of the share: expected 5 ± √2.5 in each of two blocks; of an arm alone: expected 5 ± √5 in each interval.
    expect(chiSquared(overDispersion([each(10, 0), each(0, 10)]))).toBeCloseTo(20, 9)
    expect(chiSquared(overDispersion([each(20, 0), each(0, 10)]))).toBeCloseTo(30, 9)
    expect(chiSquared(overDispersion([each(10, 0), each(0, 20)]))).toBeCloseTo(30, 9)
    expect(chiSquared(overDispersion([each(9, 0), each(0, 10)]))).toBeCloseTo(10, 9)
    expect(chiSquared(overDispersion([each(10, 0), each(0, 9)]))).toBeCloseTo(10, 9)
    expect(overDispersion([each(9, 0), each(0, 9)])).toBe(3)
  })

  it('closes a block at ten events and leaves a rest out', () => {
    const blocks = [each(5, 5), each(5, 5), each(5, 5)]
    expect(overDispersion([...blocks, each(0, 9)])).toBe(overDispersion(blocks))
    expect(overDispersion([...blocks, each(0, 10)])).toBeGreaterThan(1)
  })

  it('leaves out intervals without exposure', () => {
    const all = [each(2, 1), each(9, 3), each(4, 12), each(8, 2)]
    expect(overDispersion([...all, { b: 0, c: 0, u: 500, v: 0 }])).toBe(overDispersion(all))
  })
})

describe('the lower quartile of χ²', () => {
  // SciPy 1.17.1: python3 -c "from scipy.stats import chi2; print([chi2.ppf(.25, k) for k in (2, 5, 20, 100)])"
  it.each([
    [2, 0.5753641449035618, 0.02],
    [5, 2.6746028094321637, 0.007],
    [20, 15.451773539047728, 0.001],
    [100, 90.13321974633932, 0.0001],
  ])('with %d degrees of freedom is that of SciPy to a few figures', (degrees, expected, tolerance) =>
    expect(relativeError(lowerQuartile(degrees), expected)).toBeLessThan(tolerance),
  )
})

describe('the rate ratio', () => {
  it('of a constant split is the ratio of the rates', () => {
    expect(rateRatio(repeat(10, { b: 3, c: 4, u: 300, v: 100 }))).toBeCloseTo(4, 10)
  })

  it('is zero, infinite or unknown when an arm or both have no events', () => {
    expect(rateRatio(repeat(3, { b: 2, c: 0 }))).toBe(0)
    expect(rateRatio(repeat(3, { b: 0, c: 2 }))).toBe(Number.POSITIVE_INFINITY)
    expect(rateRatio(repeat(3, {}))).toBeNaN()
    expect(rateRatio([])).toBeNaN()
  })

  it('is not fooled when traffic share and error rate grow together', () => {
    const all: Arms[] = [
      { b: 95, c: 5, u: 95, v: 5 },
      { b: 300, c: 300, u: 50, v: 50 },
    ]
    expect(rateRatio(all)).toBeCloseTo(1, 10)
  })

  it('finds extreme ratios', () => {
    expect(relativeError(rateRatio(repeat(3, { b: 1, c: 1e9 })), 1e9)).toBeLessThan(1e-6)
    expect(relativeError(rateRatio(repeat(3, { b: 1, c: 1, u: 1e-6, v: 1e6 })), 1e-12)).toBeLessThan(1e-6)
  })
})
