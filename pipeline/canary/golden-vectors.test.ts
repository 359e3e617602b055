import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Interval, MetricConfig, Observation, SequentialConfig, Verdict } from './judge.ts'
import { logTwoSidedE } from './sequential/beta-evidence.ts'
import { judgeSequential } from './sequential/sequential.ts'
import { checkGuardrails } from './threshold.ts'

/**
 * Canaries from public reports on which judges got it wrong: passed bad ones, or flipped a coin. Each is judged as
 * counts and as a series, with and without a margin, while running and at the end.
 */
const config: SequentialConfig = { type: 'sequential', falseAlarm: 0.02 }
const margins: MetricConfig['margin'][] = [undefined, { relative: 0.5 }, { absolute: 1 }]
const times = <T>(n: number, value: T): T[] => Array.from({ length: n }, () => value)

function verdicts(kind: 'count' | 'series', canary: readonly number[], baseline: readonly number[]): Verdict[] {
  const seen = (value: number): Observation => (kind === 'count' ? { events: value } : { value })
  const intervals: Interval[] = canary.map((value, t) => ({
    baseline: { m: seen(baseline[t]!) },
    canary: { m: seen(value) },
    exposure: { baseline: 1, canary: 1 },
  }))
  return margins.flatMap(margin =>
    [true, false].map(last => {
      const metric: MetricConfig = { name: 'm', kind, ...(margin && { margin }) }
      return judgeSequential(config, { metrics: [metric], intervals, last }).verdict
    }),
  )
}

const one = (all: Verdict[]): Verdict[] => [...new Set(all)]

describe('golden vectors', () => {
  it('G1: a hundred times the errors in seven of ten intervals fail as counts; a guardrail acts on the series', () => {
    const canary = [...times(7, 100), 1, 1, 1]
    expect(one(verdicts('count', canary, times(10, 1)))).toEqual(['fail'])
    expect(verdicts('series', canary, times(10, 1))).not.toContain('pass')
    const evidence = {
      metrics: [{ name: 'm', kind: 'series' } as const],
      intervals: canary.map(value => ({ baseline: { m: { value: 1 } }, canary: { m: { value } } })),
    }
    expect(checkGuardrails([{ metric: 'm', above: 50, atLeast: 3 }], evidence)).toMatchObject({ metric: 'm' })
  })

  it('G2: a few errors against none do not pass', () => {
    for (const kind of ['count', 'series'] as const)
      expect(verdicts(kind, [0, 1, 2, 1, 0, 0], times(6, 0))).not.toContain('pass')
  })

  it('G3: half of the values missing against none at all never pass', () => {
    const { NaN: none } = Number
    const canary = [none, 0.048, none, 0.18, 0.089, none, 0.098, 0.035, none, none]
    for (const kind of ['count', 'series'] as const)
      expect(one(verdicts(kind, canary, times(10, none)))).toEqual(['insufficient'])
  })

  it('G4: errors in every interval against none never pass', () => {
    for (const kind of ['count', 'series'] as const)
      expect(verdicts(kind, [1, 4, 2, 3, 1], times(5, 0))).not.toContain('pass')
  })

  it('G5: three points never pass, at +650 % or any other change', () => {
    for (const kind of ['count', 'series'] as const)
      expect(verdicts(kind, [75, 75, 75], [10, 10, 10])).not.toContain('pass')
  })

  it('G6: two different constants give the same answer every time', () => {
    for (const kind of ['count', 'series'] as const) {
      const answer = verdicts(kind, times(30, 5), times(30, 4))
      expect(verdicts(kind, times(30, 5), times(30, 4))).toEqual(answer)
      expect(answer).not.toContain('errored')
    }
  })

  it('G7: when no metric can be read, it is errored at the end and never a pass', () => {
    const broken: Observation = { error: 'no route to the provider' }
    const metrics = [0, 1, 2].map(
      (i): MetricConfig => ({ name: `m${i}`, kind: 'proportion', margin: { absolute: 0.01 }, critical: i === 0 }),
    )
    const side = Object.fromEntries(metrics.map(({ name }) => [name, broken]))
    const intervals = times(12, { baseline: side, canary: side })
    expect(judgeSequential(config, { metrics, intervals, last: true }).verdict).toBe('errored')
    expect(judgeSequential(config, { metrics, intervals, last: false }).verdict).toBe('insufficient')
  })

  it('G9: canceled before the first interval is insufficient', () => {
    for (const last of [true, false]) {
      const metrics: MetricConfig[] = [{ name: 'm', kind: 'count', margin: { absolute: 1 } }]
      expect(judgeSequential(config, { metrics, intervals: [], last })).toMatchObject({
        verdict: 'insufficient',
        decidedAt: null,
      })
      expect(judgeSequential(config, { metrics: [], intervals: [], last }).verdict).toBe('insufficient')
    }
  })

  it('G10: the published evidence under a uniform prior', () => {
    const e = (c: number, b: number) => Math.exp(logTwoSidedE({ b, c }))
    expect(e(10, 0)).toBeCloseTo(93.1, 0)
    expect(e(8, 0)).toBeCloseTo(28.4, 0)
    expect(e(20, 5)).toBeCloseTo(24.3, 0)
    expect(e(60, 40)).toBeCloseTo(0.91, 2)
  })
})

describe('whatever is seen', { timeout: 60_000 }, () => {
  const anyNumber = fc.oneof(
    fc.integer({ min: -3, max: 1_000 }),
    fc.double(),
    fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 1e308),
  )
  const anyObservation: fc.Arbitrary<Observation> = fc.oneof(
    fc.record({ bad: anyNumber, total: anyNumber }),
    fc.record({ events: anyNumber }),
    fc.record({ value: anyNumber }),
    fc.record({ counts: fc.array(anyNumber, { minLength: 1, maxLength: 4 }) }),
    fc.constant(null),
    fc.record({ error: fc.string() }),
  )
  const kinds: MetricConfig[] = [
    { name: 'm', kind: 'proportion', margin: { absolute: 0.9 } },
    { name: 'm', kind: 'proportion', margin: { relative: 9 }, direction: 'either' },
    { name: 'm', kind: 'count', margin: { absolute: 1_000 } },
    { name: 'm', kind: 'histogram', bounds: [1, 2, 3], margin: { absolute: 0.9 } },
    { name: 'm', kind: 'histogram', bounds: [1, 2, 3], threshold: 2, margin: { absolute: 0.9 } },
    { name: 'm', kind: 'series', margin: { absolute: 1e9 } },
    { name: 'm', kind: 'series', margin: { relative: 100 }, direction: 'decrease', minIntervals: 1 },
  ]
  const exposure = { baseline: 60, canary: 60 }
  const judgedAs = (metric: MetricConfig, intervals: Interval[], last = true) =>
    judgeSequential({ ...config, falsePass: 0.5 }, { metrics: [{ minIntervals: 1, ...metric }], intervals, last })

  it('the answer is a verdict with finite numbers, and the same again', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...kinds),
        fc.array(fc.tuple(anyObservation, anyObservation), { maxLength: 12 }),
        (metric, pairs) => {
          const intervals = pairs.map(([b, c]) => ({ baseline: { m: b }, canary: { m: c }, exposure }))
          const judgment = judgedAs(metric, intervals)
          expect(judgedAs(metric, intervals)).toEqual(judgment)
          const { evidence, estimate, lower, upper, reason } = judgment.metrics[0]!
          expect(evidence).toBeGreaterThanOrEqual(0)
          for (const shown of [evidence, estimate, lower, upper]) expect(Number.isFinite(shown ?? 0)).toBe(true)
          expect(reason).not.toMatch(/NaN|undefined|null|Infinity/)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('is never a pass when the canary, the baseline, or both cannot be used', () => {
    const unusable: Record<MetricConfig['kind'], Observation[]> = {
      proportion: [
        { bad: Number.NaN, total: 5 },
        { bad: 1, total: Number.NaN },
        { bad: 6, total: 5 },
        { bad: -1, total: 5 },
      ],
      count: [{ events: Number.NaN }, { events: -1 }, { events: Number.POSITIVE_INFINITY }],
      histogram: [{ counts: [1, 2] }, { counts: [1, Number.NaN, 1, 1] }, { counts: [1, -1, 1, 1] }],
      series: [{ value: Number.NaN }, { value: Number.POSITIVE_INFINITY }, { value: Number.NEGATIVE_INFINITY }],
    }
    const usable: Record<MetricConfig['kind'], Observation> = {
      proportion: { bad: 0, total: 100_000 },
      count: { events: 0 },
      histogram: { counts: [100_000, 0, 0, 0] },
      series: { value: 1 },
    }
    fc.assert(
      fc.property(
        fc.constantFrom(...kinds),
        fc.nat(),
        fc.constantFrom('baseline', 'canary', 'both'),
        fc.boolean(),
        (metric, which, side, last) => {
          const all: Observation[] = [null, { error: 'no route' }, ...unusable[metric.kind]]
          const broken = all[which % all.length]!
          const fine = usable[metric.kind]
          const interval: Interval = {
            baseline: { m: side === 'canary' ? fine : broken },
            canary: { m: side === 'baseline' ? fine : broken },
            exposure,
          }
          expect(judgedAs(metric, times(40, interval), last).verdict).not.toBe('pass')
        },
      ),
      { numRuns: 400 },
    )
  })
})
