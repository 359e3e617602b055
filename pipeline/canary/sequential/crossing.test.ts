import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { crossing } from './crossing.ts'

/** The crossing of `excess`, and how often it was asked. */
function counted(outside: number, inside: number, excess: (x: number) => number): { found: number; calls: number } {
  let calls = 0
  const found = crossing(outside, inside, x => {
    calls += 1
    return excess(x)
  })
  return { found, calls }
}

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

  it('counts a zero as outside', () => {
    expect(crossing(0, 10, x => (x <= 4 ? 0 : -1))).toBeCloseTo(4, 8)
    expect(crossing(0, 8, x => 4 - x)).toBe(4)
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
          x => (x < 0 ? -1 : Number.POSITIVE_INFINITY),
        ),
        (at, shape) => {
          const { found, calls } = counted(1, 0, x => shape(x - at))
          expect(Math.abs(found - at)).toBeLessThan(1e-8)
          expect(calls).toBeLessThan(112)
        },
      ),
    )
  })

  // Bisection alone would take 36; it is what remains where there is no line to follow.
  it.each<[string, number, number, (x: number) => number, number]>([
    ['smooth', 8, 0, x => Math.exp(x) - 3, 25],
    ['smooth and far', 8, -8, x => x ** 3 - 3, 22],
    ['steep', 1, 0, x => Math.expm1(50 * (x - 0.3)), 31],
    ['flat', 1, 0, x => -Math.expm1(-50 * (x - 0.3)), 30],
    ['a step', 1, 0, x => (x < 0.3 ? -1e-9 : 1e9), 104],
  ])('of a function that is %s takes few evaluations', (_, outside, inside, excess, most) => {
    expect(counted(outside, inside, excess).calls).toBeLessThanOrEqual(most)
  })
})
