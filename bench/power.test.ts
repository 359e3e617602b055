import { describe, expect, it } from 'vitest'
import {
  type Assumptions,
  type Duration,
  timeToFail,
  timeToFailOfSeries,
  timeToPass,
} from '../pipeline/canary/power.ts'
import { type Outcome, type Situation, simulate } from './statistics/simulate.ts'
import { counts, series, shares } from './statistics/situations.ts'

/** Plans beside simulations with the judge itself: 400 canaries a cell, the seed fixed. */
const canaries = 400
const budgets = { falseFail: 0.02, falsePass: 0.02 }

function expectNear(planned: Duration, seen: Outcome): void {
  for (const [plan, stop] of [
    [planned.median, seen.medianStop],
    [planned.nineOfTen, seen.nineOfTenStop],
  ] as const) {
    expect(plan! / stop!).toBeGreaterThan(0.75)
    expect(plan! / stop!).toBeLessThan(1.3)
  }
}

describe('the planned time', { timeout: 60_000 }, () => {
  it.each([
    [0.2, 1],
    [1, 2],
    [5, 8],
  ])('to fail from %d to %d errors an interval is what simulations take', (baseline, canary) => {
    const assumed: Assumptions = {
      kind: 'count',
      exposure: { baseline: 1, canary: 1 },
      rates: { baseline, canary },
      ...budgets,
    }
    expectNear(timeToFail(assumed), simulate({ ...counts({ baseline, canary }), looks: 300 }, canaries, 5))
  })

  it.each([
    ['an absolute margin', { absolute: 0.01 }],
    ['a relative margin', { relative: 0.5 }],
  ] as const)('to pass with %s is what simulations take', (_, margin) => {
    const rates = { baseline: 0.01, canary: 0.01 }
    const planned = timeToPass({
      kind: 'proportion',
      exposure: { baseline: 500, canary: 500 },
      rates,
      margin,
      ...budgets,
    })
    expectNear(planned!, simulate(shares(rates, { requests: 500, looks: 300, margin }), canaries, 7))
  })

  it('to fail on a shifted series is what simulations take', () => {
    // Both sides have unit variance, so their difference has √2 as its standard deviation.
    const situation: Situation = { ...series(0, Math.SQRT2), looks: 200 }
    expectNear(timeToFailOfSeries({ shift: 1, correlation: 0, falseFail: 0.02 }), simulate(situation, canaries, 9))
  })
})
