import { describe, expect, it } from 'vitest'
import { type Assumptions, timeToFail, timeToFailOfSeries, timeToPass } from './power.ts'

const assumed = (settings: Partial<Assumptions> = {}): Assumptions => ({
  kind: 'proportion',
  exposure: { baseline: 500, canary: 500 },
  rates: { baseline: 0.01, canary: 0.02 },
  margin: { absolute: 0.01 },
  falseFail: 0.02,
  falsePass: 0.02,
  ...settings,
})

describe('the planned time', () => {
  it('is known', () => {
    expect(timeToFail(assumed())).toEqual({ median: 7, nineOfTen: 14 })
    expect(timeToPass(assumed())).toEqual({ median: 9, nineOfTen: 13 })
    expect(timeToPass(assumed({ margin: { relative: 0.5 } }))).toEqual({ median: 23, nineOfTen: 49 })
    expect(timeToFailOfSeries({ shift: 1, correlation: 0, falseFail: 0.02 })).toEqual({ median: 35, nineOfTen: 40 })
    expect(timeToFailOfSeries({ shift: 1 / Math.SQRT2, correlation: 0.6, falseFail: 0.02 })).toEqual({
      median: 100,
      nineOfTen: 175,
    })
  })

  it('to pass is at least five intervals, and never without a margin', () => {
    expect(timeToPass(assumed({ exposure: { baseline: 1e6, canary: 1e6 } }))).toEqual({ median: 5, nineOfTen: 5 })
    expect(timeToPass(assumed({ exposure: { baseline: 1e6, canary: 1e6 }, margin: { relative: 1 } }))).toMatchObject({
      median: 5,
    })
    const { margin: _, ...without } = assumed()
    expect(timeToPass(without)).toBeNull()
  })

  it('counts on events that could be clustered while there are too few to tell', () => {
    // No errors at all: about 3 · (ln(1/β) + 1.5) / margin requests, five intervals at least.
    const planned = timeToPass(
      assumed({ rates: { baseline: 0, canary: 0.01 }, exposure: { baseline: 100, canary: 100 } }),
    )!
    expect(planned.median! * 100).toBeGreaterThan(1_200)
    expect(planned.median! * 100).toBeLessThan(2_400)
    expect(planned.nineOfTen).toBe(planned.median)
  })

  it('has no end where no number of intervals is enough', () => {
    const none = { median: null, nineOfTen: null }
    expect(timeToFail(assumed({ rates: { baseline: 0.01, canary: 0.01 } }))).toEqual(none)
    expect(timeToPass(assumed({ rates: { baseline: 0.5, canary: 0.6 }, margin: { absolute: 0.001 } }))).toEqual(none)
    expect(timeToPass(assumed({ rates: { baseline: 0, canary: 0.1 }, margin: { relative: 1 } }))).toEqual(none)
    expect(timeToFailOfSeries({ shift: 0, correlation: 0, falseFail: 0.02 })).toEqual(none)
  })

  it('is shorter with less to prove', () => {
    const median = (settings: Partial<Assumptions>) => timeToFail(assumed(settings)).median!
    expect(median({ rates: { baseline: 0.01, canary: 0.03 } })).toBeLessThan(median({}))
    expect(median({ falseFail: 0.2 })).toBeLessThan(median({}))
    expect(median({ exposure: { baseline: 5_000, canary: 500 } })).toBeLessThan(median({}))
    const series = (correlation: number) => timeToFailOfSeries({ shift: 2, correlation, falseFail: 0.02 }).median!
    expect(series(0.9)).toBeGreaterThan(series(0))
  })
})
