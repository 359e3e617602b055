import { expect, it, describe as suite } from 'vitest'
import { describe, mean, percentile } from './statistics.ts'

const values = Float64Array.of(3.1, -2, 8.5, 0.4, 7, 7, 1, 12, 9.5, -4)
const sorted = values.slice().sort()

suite('percentile', () => {
  // python3: numpy.percentile([3.1, -2, 8.5, 0.4, 7, 7, 1, 12, 9.5, -4], q)
  it.each([
    [0.01, -3.82],
    [0.25, 0.55],
    [0.5, 5.05],
    [0.75, 8.125],
    [0.99, 11.775],
  ])('at %d is that of R type 7', (fraction, expected) => {
    expect(percentile(sorted, fraction)).toBeCloseTo(expected, 12)
  })

  it('of nothing is NaN, of one value that value, at the end the last', () => {
    expect(percentile(Float64Array.of(), 0.5)).toBeNaN()
    expect(percentile(Float64Array.of(7), 0.99)).toBe(7)
    expect(percentile(sorted, 1)).toBe(12)
  })

  it('beside an infinity cannot be computed, even where it would not count', () => {
    expect(percentile(Float64Array.of(1, 2, 3, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY), 0.5)).toBeNaN()
    expect(percentile(Float64Array.of(1, 2, 3, 4, Number.POSITIVE_INFINITY), 0.25)).toBe(2)
  })
})

suite('mean', () => {
  it('takes back in a second pass what the first rounded away', () => {
    const tenths = new Float64Array(10).fill(0.1)
    expect(tenths.reduce((sum, value) => sum + value) / 10).not.toBe(0.1)
    expect(mean(tenths)).toBe(0.1)
  })

  it('of an infinity is NaN', () => {
    expect(mean(Float64Array.of(1, Number.POSITIVE_INFINITY))).toBeNaN()
  })
})

suite('describe', () => {
  // python3: numpy.mean(d), numpy.std(d, ddof=1)
  it('gives count, extremes, mean and sample deviation', () => {
    const { std, ...rest } = describe(values)
    expect(rest).toEqual({ count: 10, min: -4, max: 12, mean: 4.25 })
    expect(std).toBeCloseTo(5.319200023395331, 14)
  })

  it('gives zeros for nothing, and no deviation for one value', () => {
    expect(describe(Float64Array.of())).toEqual({ count: 0, min: 0, max: 0, mean: 0, std: 0 })
    expect(describe(Float64Array.of(5))).toEqual({ count: 1, min: 5, max: 5, mean: 5, std: 0 })
  })
})
