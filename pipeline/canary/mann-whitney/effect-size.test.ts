import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { commonLanguageEffect, meanRatio } from './effect-size.ts'
import { rankStatistic } from './rank-statistic.ts'

describe('meanRatio', () => {
  it('is canary over baseline', () => {
    expect(meanRatio(150, 100)).toBe(1.5)
  })

  it.each([
    [0, 5],
    [5, 0],
    [-0, 5],
    [0, 0],
  ])('of %d over %d cannot be computed', (experiment, control) => {
    expect(meanRatio(experiment, control)).toBeNaN()
  })
})

describe('commonLanguageEffect', () => {
  it('is the share of pairs in which the canary is above, ties half', () => {
    const small = fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(small, small, (x, y) => {
        const above = x.flatMap(a => y.map(b => (a > b ? 1 : a === b ? 0.5 : 0))).reduce((a: number, b) => a + b, 0)
        const statistic = rankStatistic(Float64Array.from(x).sort(), Float64Array.from(y).sort())
        expect(commonLanguageEffect(statistic.rankSum(), x.length, y.length)).toBe(above / (x.length * y.length))
      }),
    )
  })

  it('wraps around at 32 bits, as the original does', () => {
    // 50,000 × 50,001 and 2 × 50,000 × 50,000 do not fit: java's int gives -1,794,917,296 and 705,032,704.
    expect(commonLanguageEffect(0, 50_000, 50_000)).toBe(1_794_917_296 / 705_032_704)
  })
})
