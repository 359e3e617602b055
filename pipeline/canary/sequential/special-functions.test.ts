import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { incompleteBeta, logBeta, logGamma, logRising, logStudentCdf, logSumExp } from './special-functions.ts'

/** Equal to about `digits` figures of the larger of |expected| and 1e-300. */
function expectClose(actual: number, expected: number, relative = 1e-12): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(Math.max(Math.abs(expected), 1e-300) * relative)
}

describe('logGamma', () => {
  // SciPy 1.17.1: python3 -c "from scipy.special import gammaln; print([float(gammaln(x)) for x in (1e-8, ...)])"
  it.each([
    [1e-8, 18.42068073818021],
    [0.001, 6.907178885383853],
    [0.3, 1.0957979948180756],
    [0.5, 0.5723649429247],
    [1.5, -0.12078223763524526],
    [3.7, 1.428072326665388],
    [9.99, 12.779315214350195],
    [10, 12.801827480081469],
    [42.42, 115.60113124678625],
    [99, 354.5390855194408],
    [171.5, 709.1431630309283],
    [1e4, 82099.71749644238],
    [1e9, 19723265827.503716],
    [1e15, 3.3538776394910668e16],
  ])('of %d is what SciPy says', (x, expected) => expectClose(logGamma(x), expected))

  it('is zero at one and two', () => {
    expect(Math.abs(logGamma(1))).toBeLessThan(1e-14)
    expect(Math.abs(logGamma(2))).toBeLessThan(1e-14)
  })

  it('is unknown where it is not defined', () => {
    for (const x of [0, -1, -0.5, Number.NaN, Number.NEGATIVE_INFINITY]) expect(logGamma(x)).toBeNaN()
  })
})

describe('logRising', () => {
  it('is zero for no factor', () => expect(logRising(0.3, 0)).toBe(0))

  it('is the logarithm of the product', () => {
    expectClose(logRising(0.5, 3), Math.log(0.5 * 1.5 * 2.5))
    expectClose(logRising(7, 1), Math.log(7))
  })

  it('is the same by product and by gamma, at the border between them and for fractions', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-3, max: 1e3, noNaN: true }), fc.integer({ min: 1, max: 40 }), (a, n) => {
        expect(Math.abs(logRising(a, n) - (logGamma(a + n) - logGamma(a)))).toBeLessThan(1e-9)
      }),
    )
    expectClose(logRising(2, 0.5), logGamma(2.5) - logGamma(2))
  })
})

describe('logSumExp', () => {
  it('adds without overflow', () => {
    expectClose(logSumExp([1_000, 1_000]), 1_000 + Math.log(2))
    expectClose(logSumExp([0, Math.log(3)]), Math.log(4))
    expectClose(logSumExp([-5_000, -5_000, -6_000]), -5_000 + Math.log(2))
  })

  it('of nothing, or of impossible terms only, is minus infinity', () => {
    expect(logSumExp([])).toBe(Number.NEGATIVE_INFINITY)
    expect(logSumExp([Number.NEGATIVE_INFINITY])).toBe(Number.NEGATIVE_INFINITY)
  })

  it('keeps what is unknown unknown', () => {
    expect(logSumExp([1, Number.NaN, 2])).toBeNaN()
    expect(logSumExp([Number.NaN])).toBeNaN()
  })
})

describe('incompleteBeta', () => {
  // SciPy 1.17.1: python3 -c "from scipy.special import betainc; print(betainc(.5, .5, .3), ...)"
  it.each([
    [0.5, 0.5, 0.3, 0.36901011956554536],
    [1, 1, 0.25, 0.25],
    [2.5, 0.5, 0.9, 0.48958974456442755],
    [100, 0.5, 0.99, 0.1567758654244408],
    [6, 2, 0.01, 6.9400000000000015e-12],
    [30, 30, 0.5, 0.5],
  ])('I(%d, %d; %d) is what SciPy says', (a, b, x, expected) => expectClose(incompleteBeta(a, b, x), expected, 1e-11))

  it('is certain at the ends and unknown outside', () => {
    expect(incompleteBeta(2, 3, 0)).toBe(0)
    expect(incompleteBeta(2, 3, 1)).toBe(1)
    for (const [a, b, x] of [
      [0, 1, 0.5],
      [1, 0, 0.5],
      [1, 1, -0.1],
      [1, 1, 1.1],
      [1, 1, Number.NaN],
    ] as const)
      expect(incompleteBeta(a, b, x)).toBeNaN()
  })

  it('has the Beta function in front', () => expectClose(logBeta(2, 3), Math.log(1 / 12)))
})

describe('logStudentCdf', () => {
  // SciPy 1.17.1: python3 -c "from scipy.stats import t; print(t.cdf(-3, 1), ...)"
  it.each([
    [1, -3, 0.10241638234956672],
    [1, 0.5, 0.6475836176504333],
    [2, -1.2, 0.17650168038968475],
    [3, 0, 0.5],
    [5, 2.5, 0.9727549503288119],
    [5, -2.5, 0.02724504967118813],
    [12, 4.2, 0.9993840498864386],
    [30, -0.01, 0.49604374628658887],
    [60, -8, 2.450132573975106e-11],
    [200, 1.96, 0.9743075795770934],
    [1000, 3.3, 0.999499501637499],
    [2, -1000, 4.9999925000125e-7],
    [7, 40, 0.999999999204891],
  ])('with %d degrees of freedom at %d is what SciPy says', (degrees, t, expected) =>
    expectClose(Math.exp(logStudentCdf(t, degrees)), expected, 1e-11),
  )

  it('keeps what is unknown unknown', () => expect(logStudentCdf(Number.NaN, 5)).toBeNaN())
})
