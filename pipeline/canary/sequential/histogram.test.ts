import { describe, expect, it } from 'vitest'
import type { EValue } from './e-value.ts'
import { averageOf, weakestOf } from './histogram.ts'

const of = (e: number): EValue => ({ logE: () => Math.log(e), reaches: log => Math.log(e) >= log })

describe('the average of several bounds', () => {
  it('is the mean of their evidence', () => {
    expect(Math.exp(averageOf([of(90), of(6), of(0)]).logE())).toBeCloseTo(32, 10)
    expect(averageOf([of(7)]).logE()).toBe(Math.log(7))
  })

  it('reaches what the mean does, not what the largest does', () => {
    const average = averageOf([of(90), of(6), of(0)])
    expect(average.reaches(Math.log(31.9))).toBe(true)
    expect(average.reaches(average.logE())).toBe(true)
    expect(average.reaches(Math.log(32.1))).toBe(false)
    expect(average.reaches(Math.log(91))).toBe(false)
  })
})

describe('the weakest of several bounds', () => {
  it('speaks for all', () => {
    const weakest = weakestOf([of(90), of(6), of(200)])
    expect(weakest.logE()).toBe(Math.log(6))
    expect(weakest.reaches(Math.log(6))).toBe(true)
    expect(weakest.reaches(Math.log(6.1))).toBe(false)
  })

  it('shows nothing when there is none', () => expect(weakestOf([]).reaches(0)).toBe(false))
})
