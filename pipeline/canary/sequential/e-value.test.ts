import { describe, expect, it } from 'vitest'
import { finiteE, logThreshold, rounded } from './e-value.ts'

describe('evidence', () => {
  it('must reach one over its budget, and nothing reaches that of none', () => {
    expect(logThreshold(0.02)).toBeCloseTo(Math.log(50), 12)
    expect(logThreshold(0)).toBe(Number.POSITIVE_INFINITY)
    expect(1e308 >= logThreshold(-1)).toBe(false)
  })

  it('is a finite number of ten figures', () => {
    expect(finiteE(0)).toBe(1)
    expect(finiteE(Math.log(58.58082470296687))).toBe(58.5808247)
    expect(finiteE(1e9)).toBe(Number.MAX_VALUE)
    expect(finiteE(Number.NEGATIVE_INFINITY)).toBe(0)
    expect(finiteE(Number.NaN)).toBe(0)
    expect(rounded(0.1 + 0.2)).toBe(0.3)
  })
})
