import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { crossing } from './crossing.ts'

describe('a crossing', () => {
  it('is found from either end, and lies on the outside of it', () => {
    for (const [outside, inside] of [
      [0, 10],
      [10, 0],
      [-8, 8],
    ] as const) {
      const sign = inside > outside ? 1 : -1
      const excess = (x: number) => sign * (2.5 - x)
      const found = crossing(outside, inside, excess)
      expect(found).toBeCloseTo(2.5, 8)
      expect(excess(found)).toBeGreaterThanOrEqual(0)
    }
  })

  it('is found in steep, flat and broken functions, in few steps', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        fc.constantFrom<(x: number) => number>(
          x => x,
          x => x ** 3,
          x => Math.expm1(50 * x),
          x => Math.sign(x) * Math.abs(x) ** 0.2,
          x => (x < 0 ? -1e-9 : 1e9),
          x => (x < 0 ? Number.NaN : 1),
        ),
        (at, shape) => {
          let calls = 0
          const found = crossing(1, 0, x => {
            calls += 1
            return shape(x - at)
          })
          expect(Math.abs(found - at)).toBeLessThan(1e-8)
          expect(calls).toBeLessThan(112)
        },
      ),
    )
  })

  it('takes fewer evaluations than bisection where the function is smooth', () => {
    let calls = 0
    crossing(8, 0, x => {
      calls += 1
      return Math.exp(x) - 3
    })
    expect(calls).toBeLessThan(30)
  })
})
