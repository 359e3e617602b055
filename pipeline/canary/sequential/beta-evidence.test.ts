import { describe, expect, it } from 'vitest'
import { logOneSidedE, logTwoSidedE } from './beta-evidence.ts'
import { relativeError } from './testing.ts'

describe('evidence under a uniform prior, as published', () => {
  it.each([
    [10, 0, 93.0909, 186.0909],
    [8, 0, 28.4444, 56.7778],
    [20, 5, 24.2905, 48.5205],
    [60, 40, 0.91305, 1.78406],
  ])('of %d to %d on an even split is known, two-sided and one-sided', (c, b, twoSided, oneSided) => {
    expect(relativeError(Math.exp(logTwoSidedE({ b, c })), twoSided)).toBeLessThan(1e-5)
    expect(relativeError(Math.exp(logOneSidedE({ b, c })), oneSided)).toBeLessThan(1e-5)
  })

  it('has a mean of one when nothing differs', () => {
    const n = 12
    const share = 0.3
    let mean = 0
    let ways = 1
    for (let c = 0; c <= n; c++) {
      mean += ways * share ** c * (1 - share) ** (n - c) * Math.exp(logTwoSidedE({ b: n - c, c }, share))
      ways = (ways * (n - c)) / (c + 1)
    }
    expect(mean).toBeCloseTo(1, 10)
  })
})
