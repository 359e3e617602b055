import { describe, expect, it } from 'vitest'
import { increasingRoot, type Tangent } from './increasing-root.ts'

function counted(low: number, high: number, tangentAt: (x: number) => Tangent): { found: number; calls: number } {
  let calls = 0
  const found = increasingRoot(low, high, x => {
    calls += 1
    return tangentAt(x)
  })
  return { found, calls }
}

describe('the root of an increasing function', () => {
  it.each<[string, number, (x: number) => Tangent, number, number]>([
    ['a line', 3, x => ({ value: 2 * (x - 3), slope: 2 }), 2, 0],
    ['a line that meets zero in the middle', 0, x => ({ value: x, slope: 1 }), 1, 0],
    ['a curve', Math.log(5), x => ({ value: Math.exp(x) - 5, slope: Math.exp(x) }), 9, 1e-12],
    ['a logistic curve, far out', 30, x => logistic(x - 30), 4, 1e-9],
    ['a logistic curve, far out on the other side', -30, x => logistic(x + 30), 4, 1e-9],
    ['a step, by halving', 0.3, x => ({ value: x < 0.3 ? -1 : 1, slope: 0 }), 50, 1e-12],
  ])('is found for %s', (_, root, tangentAt, most, tolerance) => {
    const { found, calls } = counted(-80, 80, tangentAt)
    expect(Math.abs(found - root)).toBeLessThanOrEqual(tolerance)
    expect(calls).toBeLessThanOrEqual(most)
  })

  it('is looked for at most 200 times', () => {
    const { calls } = counted(-1e6, 1e6, () => ({ value: -1, slope: 1 }))
    expect(calls).toBe(200)
  })
})

function logistic(x: number): Tangent {
  const share = 1 / (1 + Math.exp(-x))
  return { value: share - 0.5, slope: share * (1 - share) }
}
