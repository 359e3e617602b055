import { describe, expect, it } from 'vitest'
import type { Arms } from './arms.ts'
import { relativeError } from './testing.ts'
import { createUrnTable, logUrn } from './urn.ts'

describe('the urn', () => {
  it.each([
    [3, 1, 0.5, 0.2, -2.86220088],
    [10, 0, 0.5, 0.7, -1.21436274],
    [250, 260, 0.5, 0.01, -354.333286],
  ])('of (%d, %d) at θ = %d and ρ = %d is known', (c, b, theta, rho, expected) =>
    expect(relativeError(logUrn(c, b, theta, 1 - theta, rho), expected)).toBeLessThan(1e-6),
  )

  it('is the binomial likelihood without clustering', () => {
    expect(logUrn(3, 2, 0.2, 0.8, 0)).toBeCloseTo(3 * Math.log(0.2) + 2 * Math.log(0.8), 12)
    expect(logUrn(0, 0, 0.2, 0.8, 0)).toBe(0)
  })

  it('adds up to one over all ways to split the events', () => {
    for (const rho of [0, 0.01, 0.2, 0.7]) {
      let sum = 0
      let ways = 1
      for (let c = 0; c <= 6; c++) {
        sum += ways * Math.exp(logUrn(c, 6 - c, 0.3, 0.7, rho))
        ways = (ways * (6 - c)) / (c + 1)
      }
      expect(sum).toBeCloseTo(1, 10)
    }
  })
})

describe('a table of urns', () => {
  const rhos = [0, 0.2]
  const effects = [0.5, -0.5]
  const rowOf = (arms: Arms): number[] =>
    rhos.flatMap(rho =>
      [0, ...effects].map(effect => {
        const share = arms.v * 1.2 * Math.exp(effect)
        return logUrn(arms.c, arms.b, share / (arms.u + share), arms.u / (arms.u + share), rho)
      }),
    )
  const expectRow = (table: (arms: Arms) => Float64Array, arms: Arms) => {
    const row = table(arms)
    const expected = rowOf(arms)
    expect(row).toHaveLength(expected.length)
    for (const [i, value] of expected.entries()) expect(row[i]).toBeCloseTo(value, 10)
  }

  it('has a row of the null and of every effect, for every correlation', () => {
    const table = createUrnTable(1.2, effects, { rhos })
    for (const arms of [
      { b: 3, c: 5, u: 10, v: 10 },
      { b: 3, c: 5, u: 95, v: 5 },
      { b: 0, c: 0, u: 1, v: 1 },
    ])
      expectRow(table, arms)
  })

  it('remembers rows by what was seen and how traffic was split, and forgets them when there are many', () => {
    const table = createUrnTable(1.2, effects, { rhos, remembered: 3 })
    const arms: Arms = { b: 3, c: 5, u: 10, v: 10 }
    const first = table(arms)
    expect(table({ b: 3, c: 5, u: 70, v: 70 })).toBe(first)
    for (const other of [
      { b: 5, c: 3, u: 10, v: 10 },
      { b: 3, c: 5, u: 10, v: 20 },
    ]) {
      expect(table(other)).not.toBe(first)
      expectRow(table, other)
    }
    // Three rows are remembered; the fourth starts afresh.
    expect(table(arms)).toBe(first)
    expectRow(table, { b: 4, c: 4, u: 10, v: 10 })
    expect(table(arms)).not.toBe(first)
    expectRow(table, arms)
  })

  it('never takes one pair of counts for another', () => {
    const table = createUrnTable(1.2, [0.5], { rhos: [0.2] })
    const counts = Array.from({ length: 20 }, (_, n) => n)
    const rows = new Set(counts.flatMap(b => counts.map(c => table({ b, c, u: 10, v: 10 }))))
    expect(rows.size).toBe(400)
  })

  it('does not remember fractions and large counts, for which it has no exact key', () => {
    const table = createUrnTable(1.2, effects, { rhos })
    for (const arms of [
      { b: 0.5, c: 0.5, u: 1, v: 1 },
      { b: 0, c: 1.5, u: 1, v: 1 },
      { b: 2, c: 1, u: 1, v: 1 },
      { b: 400_000, c: 600_001, u: 1, v: 1 },
      { b: 400_001, c: 600_000, u: 1, v: 1 },
    ]) {
      expectRow(table, arms)
      expectRow(table, arms)
    }
    const large: Arms = { b: 400_000, c: 600_001, u: 1, v: 1 }
    expect(table(large)).not.toBe(table(large))
    const fraction: Arms = { b: 1, c: 0.5, u: 1, v: 1 }
    expect(table(fraction)).not.toBe(table(fraction))
    const border: Arms = { b: 400_000, c: 600_000, u: 1, v: 1 }
    expect(table(border)).toBe(table(border))
  })
})
