import { describe, expect, it } from 'vitest'
import { cells } from './statistics/cells.ts'
import { measure } from './statistics/measure.ts'
import { drawFrom } from './statistics/random.ts'

/**
 * A seeded slice of `npm run bench -- statistics`. The same seed draws the same canaries, so it cannot fail by chance;
 * three standard errors of slack keep it from depending on which seed that is.
 */
const slice = 1 / 20
/** A few seconds; more on a machine that has much else to do. */
const timeout = 60_000

describe('a slice of the simulations', () => {
  it.each(cells.map((cell, index) => [cell.name, cell, index] as const))(
    '%s',
    (_, cell, index) => {
      for (const { what, value, required, met } of measure(cell, cell.canaries * slice, {
        seed: 100 + index,
        slack: 3,
      }))
        expect(met, `${what}: ${value}, required ${required}`).toBe(true)
    },
    timeout,
  )

  it('measures against the requirement, without slack unless some is given', () => {
    const [equal] = cells
    const of = (atMost: number, slack: number) =>
      measure({ ...equal!, figures: [{ ...equal!.figures[0]!, of: () => 0.03, atMost }] }, 400, { seed: 1, slack })[0]!
        .met
    expect(of(0.03, 0)).toBe(true)
    expect(of(0.029, 0)).toBe(false)
    expect(of(0.02, 3)).toBe(true)
    expect(of(0.01, 3)).toBe(false)
  })
})

describe('draws', () => {
  const moments = (next: () => number, n = 40_000) => {
    let sum = 0
    let squares = 0
    for (let i = 0; i < n; i++) {
      const value = next()
      sum += value
      squares += value * value
    }
    return { mean: sum / n, variance: squares / n - (sum / n) ** 2 }
  }
  const draw = drawFrom(7)

  it.each([
    ['a normal', () => draw.normal(), 0, 1],
    ['a Poisson of 0.2', () => draw.poisson(0.2), 0.2, 0.2],
    ['a Poisson of 75', () => draw.poisson(75), 75, 75],
    ['a binomial', () => draw.binomial(500, 0.02), 10, 9.8],
    ['a negative binomial', () => draw.negativeBinomial(5, 3), 5, 15],
    ['a rare negative binomial', () => draw.negativeBinomial(1, 10), 1, 10],
  ])('of %s have its mean and variance', (_, next, mean, variance) => {
    const seen = moments(next)
    expect(Math.abs(seen.mean - mean)).toBeLessThan(5 * Math.sqrt(variance / 40_000))
    expect(Math.abs(seen.variance / variance - 1)).toBeLessThan(0.15)
  })
})
