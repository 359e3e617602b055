import { describe, expect, it } from 'vitest'
import { calibrate, residualCorrelation } from './calibration.ts'
import type { Interval, MetricConfig, SequentialConfig } from './judge.ts'
import type { Arms } from './sequential/arms.ts'
import { errorsMetric, errorsOf, intervalOf, repeat } from './sequential/testing.ts'

const config: SequentialConfig = { type: 'sequential', falseAlarm: 0.02 }
const times = <T>(n: number, value: T): T[] => Array.from({ length: n }, () => value)
const of = (metric: MetricConfig, runs: Interval[][]) => calibrate(config, [metric], runs)[0]!

/** Errors of the canary that stay high for `length` intervals, then low for as many. */
const waves = (length: number) =>
  Array.from({ length: 60 }, (_, t) => errorsOf(20, Math.floor(t / length) % 2 === 0 ? 12 : 28, 5_000))

describe('calibration', () => {
  it('counts the runs that failed though nothing differed', () => {
    const good = times(30, errorsOf(5, 5))
    const bad = times(30, errorsOf(5, 20))
    const { runs, falseFails, budget, finding } = of(errorsMetric(), [good, bad, good])
    expect({ runs, falseFails, budget }).toEqual({ runs: 3, falseFails: 1, budget: 0.02 })
    expect(finding).toBe('nothing unusual; 1 of 3 runs failed where 0.06 were allowed')
  })

  it('judges each metric for itself, within its part of the budget', () => {
    const both = (b: number, c: number): Interval => ({
      baseline: { a: { bad: 5, total: 500 }, b: { bad: 5, total: 500 } },
      canary: { a: { bad: b, total: 500 }, b: { bad: c, total: 500 } },
    })
    const runs = [[...times(10, both(30, 5)), ...times(30, both(5, 30))]]
    const metrics = [errorsMetric({ name: 'a', critical: true }), errorsMetric({ name: 'b' })]
    expect(calibrate(config, metrics, runs).map(({ falseFails, budget }) => [falseFails, budget])).toEqual([
      [1, 0.01],
      [1, 0.01],
    ])
  })

  it('measures how events cluster', () => {
    const even = of(errorsMetric(), [times(30, errorsOf(5, 5))])
    expect(even).toMatchObject({ overDispersion: 1, proposed: {} })
    const bursts = Array.from({ length: 60 }, (_, t) =>
      errorsOf((t * 7) % 3 === 0 ? 15 : 0, (t * 11) % 3 === 1 ? 15 : 0),
    )
    const { overDispersion, finding } = of(errorsMetric(), [bursts])
    expect(overDispersion).toBeGreaterThan(5)
    expect(finding).toMatch(/^events come in clusters \(φ \d+(\.\d+)?\), which is corrected for; /)
  })

  it('proposes blocks where neighbouring intervals follow each other', () => {
    const long = of(errorsMetric(), [waves(10), waves(10)])
    expect(long.correlation).toBeGreaterThan(0.6)
    expect(long.proposed.block).toBe(Math.ceil(4 / (1 - long.correlation!)))
    expect(long.finding).toContain(`judge blocks of ${long.proposed.block}`)
    const short = of(errorsMetric(), [waves(1)])
    expect(short.correlation).toBeLessThan(0)
    expect(short.proposed).toEqual({})
  })

  it('proposes a stricter correction where there are too many false alarms without that', () => {
    const bad = times(30, errorsOf(5, 20))
    const loud = of(errorsMetric(), times(3, bad))
    expect(loud.proposed).toEqual({ dispersion: 'strict' })
    expect(loud.finding).toBe('fails too often when nothing differs; 3 of 3 runs failed where 0.06 were allowed')
    expect(of(errorsMetric({ dispersion: 'strict' }), times(3, bad)).proposed).toEqual({})
  })

  it('knows series, whose own test sees correlation up to a point', () => {
    const cpu: MetricConfig = { name: 'cpu', kind: 'series' }
    const points = (frequency: number) =>
      Array.from({ length: 60 }, (_, t) => intervalOf('cpu', { value: 1 }, { value: 1 + Math.sin(frequency * t) }))
    const quick = of(cpu, [points(1.7)])
    expect(quick).toMatchObject({ overDispersion: null, correlation: 0, proposed: {} })
    const slow = of(cpu, [points(0.3)])
    expect(slow.correlation).toBeGreaterThan(0.9)
    expect(slow.proposed.block).toBeGreaterThan(40)
    const middling = of(cpu, [points(0.9)])
    expect(middling.correlation).toBeGreaterThan(0.5)
    expect(middling.proposed).toEqual({})
  })

  it('takes the worst bound of a histogram', () => {
    const latency: MetricConfig = { name: 'latency', kind: 'histogram', bounds: [1, 2] }
    const intervals = waves(10).map((interval, t) => {
      const { bad } = interval.canary.errors as { bad: number }
      return intervalOf('latency', { counts: [400, 20, 20] }, { counts: [400 + (t % 2), 40 - bad, bad] })
    })
    expect(of(latency, [intervals]).correlation).toBeGreaterThan(0.6)
  })

  it('says nothing of what it has too little of', () => {
    expect(of(errorsMetric(), [])).toMatchObject({ runs: 0, falseFails: 0, overDispersion: null, correlation: null })
    expect(of(errorsMetric(), [times(10, errorsOf(5, 5))])).toMatchObject({ overDispersion: 1, correlation: null })
    expect(
      of({ name: 'cpu', kind: 'series' }, [times(10, intervalOf('cpu', { value: 1 }, { value: 2 }))]).correlation,
    ).toBeNull()
    expect(of(errorsMetric(), [times(30, intervalOf('errors', null, null))])).toMatchObject({
      overDispersion: null,
      correlation: null,
    })
  })
})

describe('the correlation of residuals', () => {
  it('needs twenty intervals with events, of both arms', () => {
    const arms = (c: number): Arms => ({ b: 10, c, u: 100, v: 100 })
    const wave = Array.from({ length: 20 }, (_, t) => arms(t < 10 ? 5 : 15))
    expect(residualCorrelation(wave)).toBeCloseTo(0.85, 6)
    expect(residualCorrelation(wave.slice(1))).toBeNull()
    expect(residualCorrelation([...wave.slice(1), { b: 0, c: 0, u: 100, v: 100 }])).toBeNull()
    expect(residualCorrelation(repeat(30, { b: 3 }))).toBeNull()
    expect(residualCorrelation(repeat(30, { c: 3 }))).toBeNull()
    expect(residualCorrelation(repeat(30, { b: 3, c: 3 }))).toBe(0)
  })
})
