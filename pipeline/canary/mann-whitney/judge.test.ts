import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Evidence, Interval, MetricConfig, Observation } from '../judge.ts'
import { judgeMannWhitney } from './judge.ts'

const config = { type: 'mann-whitney', pass: 95, marginal: 75 } as const
const latency: MetricConfig = { name: 'latency', kind: 'series' }

/** Calm values around `level`, the same each time. */
function calm(level: number, count = 20): number[] {
  return Array.from({ length: count }, (_, i) => level * (1 + ((i * 7) % 20) / 200))
}

/** Intervals of one metric from its observations on each side. */
function seen(name: string, baseline: readonly Observation[], canary: readonly Observation[]): Interval[] {
  return canary.map((observation, i) => ({
    baseline: { [name]: baseline[i]! },
    canary: { [name]: observation },
    exposure: { baseline: 10, canary: 10 },
  }))
}

const values = (numbers: readonly number[]) => numbers.map(value => ({ value }))

function series(canary: readonly number[], baseline: readonly number[], more: Partial<MetricConfig> = {}): Evidence {
  return {
    metrics: [{ ...latency, ...more }],
    intervals: seen('latency', values(baseline), values(canary)),
    last: true,
  }
}

/** Several series at once, all on the same intervals. */
function several(metrics: readonly (MetricConfig & { canary: readonly Observation[] })[], last = true): Evidence {
  const baseline = values(calm(100))
  return {
    metrics: metrics.map(({ canary, ...metric }) => metric),
    intervals: baseline.map((value, i) => ({
      baseline: Object.fromEntries(metrics.map(({ name }) => [name, value])),
      canary: Object.fromEntries(metrics.map(({ name, canary }) => [name, canary[i] ?? null])),
    })),
    last,
  }
}

const same = values(calm(100))
const worse = values(calm(130))
const silent: Observation[] = []
const broken = Array.from({ length: 20 }, () => ({ error: 'timeout' }))

function verdict(evidence: Evidence) {
  return judgeMannWhitney(config, evidence).verdict
}

function only(evidence: Evidence) {
  return judgeMannWhitney(config, evidence).metrics[0]!
}

describe('one metric', () => {
  it('passes when the canary has no higher ranks', () => {
    expect(judgeMannWhitney(config, series(calm(100.1), calm(100)))).toMatchObject({
      verdict: 'pass',
      decidedAt: 20,
      reason: 'score 100 of 100, 95 passes',
      judge: { type: 'mann-whitney' },
    })
  })

  it('fails when it does, and says by how much', () => {
    const judgment = judgeMannWhitney(config, series(calm(130), calm(100)))
    expect(judgment).toMatchObject({
      verdict: 'fail',
      decidedAt: 20,
      reason: 'score 0 of 100, 75 or less fails: latency failed',
      metrics: [{ verdict: 'fail', scale: 'difference', baseline: { value: 104.75 }, canary: { value: 136.175 } }],
    })
    expect(judgment.metrics[0]!.reason).toBe(
      'canary latency 136 against 105 on average: by rank the shift is +28.5 to +34.3 (98 % at a single look), which is harm',
    )
    const { lower, estimate, upper } = judgment.metrics[0]!
    expect(lower! < estimate! && estimate! < upper!).toBe(true)
  })

  it('that has the same values passes', () => {
    expect(only(series(calm(100), calm(100)))).toMatchObject({
      verdict: 'pass',
      estimate: null,
      reason: 'latency: canary and baseline have the same values',
    })
  })

  it.each([
    { direction: 'increase', up: 'fail', down: 'pass' },
    { direction: 'decrease', up: 'pass', down: 'fail' },
    { direction: 'either', up: 'fail', down: 'fail' },
  ] as const)('is harmed in the direction $direction', ({ direction, up, down }) => {
    expect(verdict(series(calm(130), calm(100), { direction }))).toBe(up)
    expect(verdict(series(calm(70), calm(100), { direction }))).toBe(down)
  })

  it.each([
    { margin: { relative: 0.35 }, expected: 'pass' },
    { margin: { relative: 0.25 }, expected: 'fail' },
    { margin: { absolute: 32 }, expected: 'pass' },
    { margin: { absolute: 31 }, expected: 'fail' },
    { margin: { relative: 0.35 }, failAbove: { relative: 0.1 }, expected: 'fail' },
    { margin: undefined, failAbove: { relative: 0.35 }, expected: 'pass' },
  ])('30 % worse with margin $margin and failAbove $failAbove: $expected', ({ margin, failAbove, expected }) => {
    const more = { ...(margin && { margin }), ...(failAbove && { failAbove }) }
    expect(verdict(series(calm(130), calm(100), more))).toBe(expected)
  })

  it('says that a harm is within the margin', () => {
    expect(only(series(calm(130), calm(100), { margin: { relative: 0.35 } })).reason).toMatch(
      /, within the margin of 35 %$/,
    )
  })

  it('with negative values can fail, unlike in the original', () => {
    expect(verdict(series(calm(-50), calm(-100)))).toBe('fail')
    expect(verdict(series(calm(-100), calm(-50), { direction: 'decrease' }))).toBe('fail')
    expect(verdict(series(calm(5), calm(-5)))).toBe('fail')
  })

  it('in small units is judged as in large ones, unlike in the original', () => {
    for (const unit of [1e-9, 1e-5, 1, 1e6]) {
      const judged = only(series(calm(130 * unit), calm(100 * unit)))
      expect(judged.verdict).toBe('fail')
      expect(judged.lower! / unit).toBeCloseTo(29, 0)
    }
  })

  it('with two different constants gets the same answer each time', () => {
    const constants = series(new Array(6).fill(6), new Array(6).fill(5))
    expect(judgeMannWhitney(config, constants)).toEqual(judgeMannWhitney(config, structuredClone(constants)))
    expect(verdict(constants)).toBe('fail')
  })
})

describe('kinds', () => {
  it('proportion: the share of each interval', () => {
    const bad = (share: number) => calm(share).map(value => ({ bad: Math.round(value * 1000), total: 1000 }))
    const evidence = (canary: number) => ({
      metrics: [{ name: 'errors', kind: 'proportion' as const }],
      intervals: seen('errors', bad(0.1), bad(canary)),
      last: true,
    })
    expect(judgeMannWhitney(config, evidence(0.2))).toMatchObject({
      verdict: 'fail',
      metrics: [{ baseline: { bad: 2099, total: 20000 }, canary: { bad: 4190, total: 20000 } }],
    })
    expect(only(evidence(0.2)).reason).toMatch(
      /^canary errors 20.9 % against 10.5 % on average: by rank the shift is \+10 to \+10.9 points \(98 % at a single look\), which is harm$/,
    )
    expect(verdict(evidence(0.1))).toBe('pass')
  })

  it('count: events by exposure, which need not be equal', () => {
    const events = (rate: number) => calm(rate).map(value => ({ events: Math.round(value) }))
    const intervals = seen('errors', events(100), events(20)).map(interval => ({
      ...interval,
      exposure: { baseline: 50, canary: 10 },
    }))
    const evidence = { metrics: [{ name: 'errors', kind: 'count' as const }], intervals, last: true }
    expect(judgeMannWhitney(config, evidence)).toMatchObject({
      verdict: 'pass',
      metrics: [{ canary: { events: 420 } }],
    })
    const faster = intervals.map(interval => ({ ...interval, exposure: { baseline: 50, canary: 5 } }))
    expect(verdict({ ...evidence, intervals: faster })).toBe('fail')
  })

  it('histogram: the share above the threshold; without one it cannot be judged', () => {
    const counts = (slow: number) => calm(slow).map(value => ({ counts: [500, 500, Math.round(value)] }))
    const metric = { name: 'slow', kind: 'histogram', bounds: [1, 2] } as const
    const intervals = seen('slow', counts(100), counts(200))
    expect(verdict({ metrics: [{ ...metric, threshold: 2 }], intervals, last: true })).toBe('fail')
    expect(verdict({ metrics: [{ ...metric, threshold: 1 }], intervals, last: true })).toBe('fail')
    expect(judgeMannWhitney(config, { metrics: [metric], intervals, last: true })).toMatchObject({
      verdict: 'errored',
      metrics: [
        {
          reason:
            'slow: a rank test needs one number an interval; give the histogram a threshold, or use the sequential judge',
        },
      ],
    })
  })

  it('without exposure, or without traffic, have no value', () => {
    const none = seen('errors', new Array(10).fill({ bad: 0, total: 0 }), new Array(10).fill({ bad: 0, total: 0 }))
    expect(verdict({ metrics: [{ name: 'errors', kind: 'proportion' }], intervals: none, last: true })).toBe(
      'insufficient',
    )
  })
})

describe('missing data', () => {
  it('of fewer than 5 intervals on both sides is undecided, however far the sides are apart', () => {
    expect(only(series([1e6, 1e6, 1e6, 1e6], [1, 2, 3, 4]))).toMatchObject({
      verdict: 'insufficient',
      reason: 'latency: 4 of the 5 intervals that a rank test needs have data on both sides',
    })
    expect(verdict(series([1e6, 2e6, 3e6, 4e6, 5e6], [1, 2, 3, 4, 5]))).toBe('fail')
  })

  it('on one side takes the interval out', () => {
    const holes = values(calm(100)).map((value, i) => (i % 4 === 0 ? null : value))
    const judged = judgeMannWhitney(config, { metrics: [latency], intervals: seen('latency', holes, same), last: true })
    expect(judged.verdict).toBe('pass')
    expect(judged.metrics[0]!.baseline).toEqual({ value: expect.closeTo(105.1, 0) })
  })

  it('of the canary alone, in more than a tenth of the intervals, is never a pass', () => {
    const gaps = (count: number) => same.map((value, i) => (i < count ? null : value))
    const evidence = (count: number) => ({
      metrics: [latency],
      intervals: seen('latency', same, gaps(count)),
      last: true,
    })
    expect(verdict(evidence(2))).toBe('pass')
    expect(only(evidence(3))).toMatchObject({
      verdict: 'insufficient',
      reason:
        'latency: the canary has no data in 3 of 20 intervals where the baseline has; more than a tenth is never a pass',
    })
  })

  it('takes NaN and infinities for missing', () => {
    const odd = values([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, ...calm(100, 4)])
    const evidence = { metrics: [latency], intervals: seen('latency', values(calm(100, 7)), odd), last: true }
    expect(only(evidence)).toMatchObject({ verdict: 'insufficient', canary: { value: expect.any(Number) } })
  })

  it('everywhere is undecided', () => {
    expect(judgeMannWhitney(config, { metrics: [latency], intervals: [], last: true })).toMatchObject({
      verdict: 'insufficient',
      decidedAt: null,
    })
    expect(verdict({ metrics: [], intervals: [], last: true })).toBe('insufficient')
  })
})

describe('errors', () => {
  it('are errored at the last look and undecided before it', () => {
    const evidence = several([{ ...latency, canary: broken }])
    expect(judgeMannWhitney(config, evidence)).toMatchObject({ verdict: 'errored', reason: 'no metric could be read' })
    expect(verdict({ ...evidence, last: false })).toBe('insufficient')
  })

  it('at the last look keep a metric from passing, not from failing', () => {
    const last = (canary: readonly Observation[]) => [...canary.slice(0, 19), { error: 'timeout' }]
    expect(only(several([{ ...latency, canary: last(same) }]))).toMatchObject({
      verdict: 'errored',
      reason: 'latency could not be read at the last look: timeout',
    })
    expect(only(several([{ ...latency, canary: last(worse) }])).verdict).toBe('fail')
  })

  it('of a critical metric make the canary errored', () => {
    const evidence = several([
      { ...latency, canary: same },
      { name: 'errors', kind: 'series', critical: true, canary: broken },
    ])
    expect(judgeMannWhitney(config, evidence)).toMatchObject({
      verdict: 'errored',
      reason: 'the critical metric errors could not be read',
    })
  })
})

describe('values that are mostly the same', () => {
  const zeros = new Array(20).fill(0)
  const blips = [...new Array(14).fill(0), 1, 2, 1, 3, 1, 2]

  it('are undecided when the canary is worse: ranks are blind to it', () => {
    expect(only(series(blips, zeros))).toMatchObject({ verdict: 'insufficient' })
    expect(only(series(blips, zeros)).reason).toMatch(/more than half of the values are the same/)
  })

  it('pass when it is better, or worse by no more than the margin', () => {
    expect(verdict(series(zeros, blips))).toBe('pass')
    expect(verdict(series(blips, zeros, { margin: { absolute: 0.5 } }))).toBe('pass')
    expect(verdict(series(blips, zeros, { margin: { absolute: 0.49 } }))).toBe('insufficient')
  })

  it('never pass the known hard cases', () => {
    expect(verdict(series([0, 1, 2, 1, 0, 0], [0, 0, 0, 0, 0, 0]))).not.toBe('pass')
    expect(verdict(series([1, 4, 2, 3, 1], [0, 0, 0, 0, 0]))).not.toBe('pass')
    expect(verdict(series([...new Array(7).fill(100), 1, 1, 1], new Array(10).fill(1)))).not.toBe('pass')
  })
})

describe('the score', () => {
  const metric = (name: string, canary: readonly Observation[], more: Partial<MetricConfig> = {}) => ({
    name,
    kind: 'series' as const,
    canary,
    ...more,
  })

  it('is the weight of the metrics that pass', () => {
    const evidence = (weight: number) => several([metric('a', same, { weight }), metric('b', worse)])
    expect(judgeMannWhitney(config, evidence(19))).toMatchObject({
      verdict: 'pass',
      reason: 'score 95 of 100, 95 passes',
    })
    expect(judgeMannWhitney(config, evidence(18))).toMatchObject({
      verdict: 'insufficient',
      decidedAt: null,
      reason: 'score 94.74 of 100: above 75, but a pass needs 95',
    })
    expect(judgeMannWhitney(config, evidence(3))).toMatchObject({
      verdict: 'fail',
      reason: 'score 75 of 100, 75 or less fails: b failed',
    })
  })

  it('is not asked when a critical metric fails', () => {
    const evidence = several([metric('a', same, { weight: 99 }), metric('b', worse, { critical: true })])
    expect(judgeMannWhitney(config, evidence)).toMatchObject({
      verdict: 'fail',
      reason: 'the critical metric b failed',
    })
  })

  it('never passes while a critical metric is undecided', () => {
    const evidence = several([metric('a', same, { weight: 99 }), metric('b', silent, { critical: true })])
    expect(judgeMannWhitney(config, evidence)).toMatchObject({
      verdict: 'insufficient',
      reason: 'the critical metric b is not decided',
    })
  })

  it('counts what is undecided against a pass and not for a failure', () => {
    expect(verdict(several([metric('a', same), metric('b', silent)]))).toBe('insufficient')
    expect(
      verdict(
        several([
          metric('a', worse),
          metric('b', silent),
          metric('c', silent),
          metric('d', silent),
          metric('e', silent),
        ]),
      ),
    ).toBe('insufficient')
    expect(verdict(several([metric('a', worse), metric('b', silent)]))).toBe('fail')
  })

  it('leaves muted metrics out', () => {
    expect(verdict(several([metric('a', same), metric('b', worse, { muted: true, critical: true })]))).toBe('pass')
    expect(verdict(several([metric('b', same, { muted: true })]))).toBe('insufficient')
  })

  it('passes at the last look only, and fails at any', () => {
    expect(judgeMannWhitney(config, several([metric('a', same)], false))).toMatchObject({
      verdict: 'insufficient',
      reason: 'score 100 of 100 so far; a pass is given at the last look only',
      metrics: [{ verdict: 'pass' }],
    })
    expect(verdict(several([metric('a', worse)], false))).toBe('fail')
  })

  it('has to pass since the step began, where that is asked', () => {
    const late = [...same.slice(0, 14), ...worse.slice(14)]
    const evidence = several([metric('a', late)])
    expect(verdict(evidence)).toBe('pass')
    expect(judgeMannWhitney(config, { ...evidence, passSince: 14 })).toMatchObject({
      verdict: 'insufficient',
      decidedAt: null,
      reason: 'since the step began: score 0 of 100, 75 or less fails: a failed',
    })
    expect(verdict({ ...several([metric('a', same)]), passSince: 14 })).toBe('pass')
    expect(verdict({ ...several([metric('a', same)]), passSince: 16 })).toBe('insufficient')
  })
})

describe('a configuration without meaning', () => {
  it.each([
    { pass: 75, marginal: 75 },
    { pass: Number.NaN, marginal: 75 },
    { pass: 95, marginal: Number.NEGATIVE_INFINITY },
  ])('throws: $pass and $marginal', thresholds => {
    expect(() => judgeMannWhitney({ type: 'mann-whitney', ...thresholds }, several([]))).toThrow(RangeError)
  })

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('throws: a weight of %d', weight => {
    const evidence = several([{ ...latency, weight, canary: same }])
    expect(() => judgeMannWhitney(config, evidence)).toThrow('the weight of latency must be a positive number')
  })
})

describe('whatever is seen', () => {
  const observation: fc.Arbitrary<Observation> = fc.oneof(
    { weight: 8, arbitrary: fc.double({ min: 0, max: 200 }).map(value => ({ value })) },
    { weight: 2, arbitrary: fc.constant(null) },
    { weight: 2, arbitrary: fc.constant({ error: 'timeout' }) },
    { weight: 1, arbitrary: fc.double().map(value => ({ value })) },
    { weight: 1, arbitrary: fc.constant({ bad: 1, total: 2 }) },
  )
  const names = ['a', 'b', 'c']
  const side = fc.record(Object.fromEntries(names.map(name => [name, observation])))
  const intervals = fc.array(fc.record({ baseline: side, canary: side }), { maxLength: 14 })
  const metrics = fc.tuple(
    ...names.map(name =>
      fc.record({
        name: fc.constant(name),
        kind: fc.constant('series' as const),
        critical: fc.boolean(),
        muted: fc.boolean(),
      }),
    ),
  )

  it('no metric passes on fewer than 5 intervals with numbers on both sides', () => {
    const usable = (interval: Interval, name: string) =>
      [interval.baseline[name], interval.canary[name]].every(
        seen => seen && 'value' in seen && Number.isFinite(seen.value),
      )
    fc.assert(
      fc.property(metrics, intervals, (metrics, intervals) => {
        const judgment = judgeMannWhitney(config, { metrics, intervals, last: true })
        for (const { name, verdict, lower, upper } of judgment.metrics) {
          const count = intervals.filter(interval => usable(interval, name)).length
          if (count < 5) expect(verdict).not.toMatch(/pass|fail/)
          for (const limit of [lower, upper]) expect(limit === null || Number.isFinite(limit)).toBe(true)
        }
        if (judgment.verdict === 'pass') {
          const counted = judgment.metrics.filter(metric => !metric.muted)
          expect(counted.some(metric => metric.verdict === 'pass')).toBe(true)
          expect(counted.every(metric => !metric.critical || metric.verdict === 'pass')).toBe(true)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('a canary that goes silent or unreadable never comes to pass by it', () => {
    const steady = fc.array(fc.record({ baseline: side, canary: side }), { minLength: 6, maxLength: 14 })
    fc.assert(
      fc.property(metrics, steady, fc.constantFrom(null, { error: 'gone' }), (metrics, intervals, loss) => {
        const lost = intervals.map(interval => ({ ...interval, canary: { a: loss, b: loss, c: loss } }))
        expect(judgeMannWhitney(config, { metrics, intervals: lost, last: true }).verdict).not.toBe('pass')
      }),
    )
  })
})
