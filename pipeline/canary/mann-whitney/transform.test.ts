import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { withoutNan, withoutOutliers } from './transform.ts'

describe('withoutNan', () => {
  const values = Float64Array.of(1, Number.NaN, 3, Number.NEGATIVE_INFINITY)

  it('removes NaN and keeps infinities and order', () => {
    expect([...withoutNan(values, 'remove')]).toEqual([1, 3, Number.NEGATIVE_INFINITY])
  })

  it('replaces NaN by zero', () => {
    expect([...withoutNan(values, 'replace')]).toEqual([1, 0, 3, Number.NEGATIVE_INFINITY])
  })
})

describe('withoutOutliers', () => {
  const calm = Array.from({ length: 40 }, (_, i) => 100 + (i % 8))

  it('keeps everything without a factor', () => {
    const values = Float64Array.of(...calm, 9000)
    expect(withoutOutliers(values, null)).toBe(values)
  })

  it('drops what is beyond the fences on either side, in the order of the rest', () => {
    const kept = withoutOutliers(Float64Array.of(9000, ...calm, -9000), 3)
    expect([...kept]).toEqual(calm)
  })

  it('keeps a second extreme within the 99th percentile: at most about 1 % can go', () => {
    const kept = withoutOutliers(Float64Array.of(9000, 9000, ...calm), 3)
    expect(kept).toHaveLength(42)
  })

  it('keeps a value that lies exactly on the fence', () => {
    // P75 and P99 are 1 and the range is 0, so the fence is 1.
    expect(withoutOutliers(new Float64Array(10).fill(1), 1)).toHaveLength(10)
  })

  it('drops nothing from nothing, from one value, or where the quartiles are infinite', () => {
    expect(withoutOutliers(Float64Array.of(), 3)).toHaveLength(0)
    expect(withoutOutliers(Float64Array.of(7), 3)).toHaveLength(1)
    const infinite = Float64Array.of(1, ...new Float64Array(9).fill(Number.POSITIVE_INFINITY))
    expect(withoutOutliers(infinite, 3)).toHaveLength(10)
  })

  it('drops at most one distinct value a side of up to 100 values', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 100 }), numbers => {
        const kept = new Set(withoutOutliers(Float64Array.from(numbers), 0.01))
        const dropped = [...new Set(numbers)].filter(value => !kept.has(value))
        expect(dropped.length).toBeLessThanOrEqual(2)
      }),
    )
  })
})
