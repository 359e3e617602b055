import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { findRoot } from './brent.ts'

function solve(f: (x: number) => number, start: number, end: number): number {
  return findRoot(f, start, end, f(start), f(end))
}

describe('findRoot', () => {
  it.each([
    { name: 'a line', f: (x: number) => 3 - x, root: 3 },
    { name: 'a cubic', f: (x: number) => 8 - x ** 3, root: 2 },
    { name: 'an exponential', f: (x: number) => 1 - Math.exp(x - 1), root: 1 },
    { name: 'a step', f: (x: number) => (x < 1.25 ? 1 : -1), root: 1.25 },
  ])('finds the root of $name to within 1e-4', ({ f, root }) => {
    expect(Math.abs(solve(f, -10, 10) - root)).toBeLessThanOrEqual(1e-4)
  })

  it('gives an end that is a root already, one unit in the last place included', () => {
    expect(findRoot(() => 1, 2, 5, 0, -1)).toBe(2)
    expect(findRoot(() => 1, 2, 5, 1, -0)).toBe(5)
    expect(findRoot(() => 1, 2, 5, Number.MIN_VALUE, -1)).toBe(2)
  })

  it('finds a change of sign of any falling step function', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 20 }), jumps => {
        const sorted = jumps.toSorted((a, b) => a - b)
        const f = (x: number) => sorted.filter(jump => jump > x).length - sorted.length / 2 + 0.25
        const root = solve(f, sorted[0]! - 1, sorted.at(-1)! + 1)
        expect(f(root - 1e-3) >= 0 && f(root + 1e-3) <= 0).toBe(true)
      }),
    )
  })

  it('ends although the function is nothing but NaN', () => {
    const nothing = vi.fn(() => Number.NaN)
    findRoot(nothing, -8e307, 8e307, 1, -1)
    expect(nothing.mock.calls.length).toBeLessThan(100)
  })
})
