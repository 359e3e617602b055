import { describe, expect, it } from 'vitest'
import type { Direction, Interval, MetricConfig, Observation, SequentialConfig, Verdict } from '../judge.ts'
import { createSequential, judgeSequential } from './sequential.ts'
import { errorsMetric, errorsOf, intervalOf, relativeError } from './testing.ts'

const config: SequentialConfig = { type: 'sequential', falseAlarm: 0.02 }
const times = <T>(n: number, value: T): T[] => Array.from({ length: n }, () => value)

function judged(intervals: readonly Interval[], metric: MetricConfig = errorsMetric(), last = false) {
  const judgment = judgeSequential(config, { metrics: [metric], intervals, last })
  return { ...judgment, metric: judgment.metrics[0]! }
}

describe('before anything was seen', () => {
  it('the evidence is one, and speaks against the canary rather than for it', () => {
    const { metric, verdict } = judged([])
    expect(verdict).toBe('insufficient')
    expect(metric).toMatchObject({ evidence: 1, evidenceFor: 'fail' })
  })
})

describe('a worse canary', () => {
  const intervals = Array.from({ length: 6 }, (_, i) => errorsOf(5, 24 + (i % 2)))

  it('fails at the first look that shows it, for good, with the numbers of that look', () => {
    const { verdict, decidedAt, reason, metric, judge } = judged(intervals)
    expect({ verdict, decidedAt, reason }).toEqual({ verdict: 'fail', decidedAt: 3, reason: 'errors failed' })
    expect(relativeError(metric.evidence, 58.58082470296687)).toBeLessThan(1e-6)
    expect(metric.evidenceFor).toBe('fail')
    expect(metric.threshold).toEqual({ margin: { absolute: 0.01 }, failAbove: null, fail: 50, pass: 50 })
    expect(metric.baseline).toEqual({ bad: 15, total: 1500 })
    expect(metric.canary).toEqual({ bad: 73, total: 1500 })
    expect(metric.estimate).toBeCloseTo(58 / 1500, 9)
    expect(metric.scale).toBe('difference')
    expect(judge).toEqual({ type: 'sequential', version: '1' })
  })

  it('stays failed when it gets better', () => {
    const first = judged(intervals)
    expect(judged([...intervals, ...times(500, errorsOf(25, 5))])).toEqual(first)
  })

  it('is told in one sentence', () => {
    const strict = { ...config, falseAlarm: 0.0002 }
    const { metrics } = judgeSequential(strict, { metrics: [errorsMetric()], intervals, last: true })
    expect(metrics[0]!.reason).toMatch(
      /^canary errors 4\.9 % against 1\.0 %: between \d\.\d and \d\.\d points worse \(99\.98 % each side, valid at every look\); were it no worse, fewer than 1 canary in 5,000 would look like this$/,
    )
  })

  it('is not failed within what is allowed', () => {
    const slightly = times(60, errorsOf(5, 8))
    expect(judged(slightly).verdict).toBe('fail')
    const allowed = judged(slightly, errorsMetric({ failAbove: { absolute: 0.009 } }))
    expect(allowed.verdict).toBe('pass')
    const beyond = judged(times(60, errorsOf(5, 20)), errorsMetric({ failAbove: { absolute: 0.009 } }))
    expect(beyond.verdict).toBe('fail')
    expect(beyond.metric.lower!).toBeGreaterThanOrEqual(0.009)
    expect(beyond.metric.reason).toContain('were it worse by no more than is allowed, fewer than')
    const nothing = errorsMetric({ failAbove: { absolute: 0 } })
    expect(judged(slightly, nothing)).toEqual(judged(slightly))
    const unlimited = judged(slightly, { name: 'errors', kind: 'proportion', failAbove: { absolute: 0 } })
    expect(unlimited.metric.scale).toBe('ratio')
    const relative = errorsMetric({ failAbove: { relative: 1 }, margin: { relative: 1 } })
    expect(judged(slightly, relative).verdict).not.toBe('fail')
    expect(judged(times(30, errorsOf(5, 20)), relative).metric).toMatchObject({ verdict: 'fail', scale: 'ratio' })
  })

  it('is not failed when it is shown to be within the margin at the same look', () => {
    // A hundred times the traffic: the difference is certain, and small. It passes as soon as it may.
    const intervals = times(5, errorsOf(500, 560, 50_000))
    const run = createSequential(config, [errorsMetric()])
    const verdicts = intervals.map(interval => {
      run.add(interval)
      return run.verdict()
    })
    expect(verdicts).toEqual([...times<Verdict>(4, 'insufficient'), 'pass'])
    const withoutMargin = judged(times(30, errorsOf(500, 560, 50_000)), { name: 'errors', kind: 'proportion' })
    expect(withoutMargin.verdict).toBe('fail')
  })
})

describe('an equal canary', () => {
  it('passes at the look since which it has been shown, with the numbers of now', () => {
    const { verdict, decidedAt, reason, metric } = judged(times(30, errorsOf(5, 5)))
    expect({ verdict, decidedAt, reason }).toEqual({
      verdict: 'pass',
      decidedAt: 6,
      reason: 'more than half of the metrics without a group passed',
    })
    expect(metric.evidenceFor).toBe('pass')
    expect(metric.baseline).toEqual({ bad: 150, total: 15_000 })
    expect(metric.estimate).toBe(0)
    expect(metric.lower).toBeCloseTo(-0.00418, 5)
    expect(metric.upper).toBeCloseTo(0.00418, 5)
    expect(metric.reason).toBe(
      'canary errors 1.0 % against 1.0 %: between 0.42 points better and 0.42 points worse (98 % each side, valid at every look), within the margin of 1 point; were it at the margin, fewer than 1 canary in 1,000,000 would look like this',
    )
  })

  it('does not stay passed when it gets worse', () => {
    const good = times(7, errorsOf(5, 5))
    expect(judged(good).verdict).toBe('pass')
    expect(judged([...good, ...times(3, errorsOf(5, 12))]).verdict).toBe('insufficient')
    const bad = judged([...good, ...times(30, errorsOf(5, 30))])
    expect(bad.verdict).toBe('fail')
    expect(bad.decidedAt).toBeGreaterThan(7)
  })

  it('needs five intervals, or as many as are asked for', () => {
    const many = (minIntervals?: number) =>
      judged(times(30, errorsOf(500, 500, 50_000)), errorsMetric({ minIntervals }))
    expect(many().decidedAt).toBe(5)
    expect(many(1).decidedAt).toBe(1)
    expect(many(12).decidedAt).toBe(12)
    const few = judged(times(3, errorsOf(500, 500, 50_000)))
    expect(few.metric).toMatchObject({ verdict: 'insufficient', evidenceFor: 'pass' })
    expect(few.metric.evidence).toBeGreaterThan(50)
    expect(few.metric.reason).toContain('only 3 of the 5 intervals that a pass needs have data')
  })

  it('passes within a relative margin', () => {
    const { decidedAt, metric } = judged(times(30, errorsOf(5, 5)), errorsMetric({ margin: { relative: 0.5 } }))
    expect(decidedAt).toBe(22)
    expect(metric).toMatchObject({ verdict: 'pass', scale: 'ratio' })
    expect(metric.estimate).toBeCloseTo(1, 9)
    expect(metric.upper!).toBeLessThanOrEqual(1.5)
    expect(metric.reason).toContain(
      'times the baseline (98 % each side, valid at every look), within the margin of 50 %;',
    )
  })

  it('never passes without a margin', () => {
    const { metric } = judged(times(500, errorsOf(5, 5)), { name: 'errors', kind: 'proportion' })
    expect(metric).toMatchObject({ verdict: 'insufficient', evidenceFor: 'fail', scale: 'ratio' })
    expect(metric.reason).toContain('not shown to be worse, and without a margin it can never pass')
  })

  it('has a budget of its own for a false pass', () => {
    const decidedAt = (falsePass?: number) =>
      judgeSequential(
        { ...config, falsePass },
        { metrics: [errorsMetric()], intervals: times(30, errorsOf(5, 5)), last: true },
      ).decidedAt
    expect(decidedAt()).toBe(6)
    expect(decidedAt(0.5)).toBe(5)
    expect(decidedAt(1e-6)).toBeGreaterThan(10)
  })

  it('without any events passes an absolute margin, and can never pass a relative one', () => {
    expect(judged(times(5, errorsOf(0, 0))).verdict).toBe('pass')
    const relative = judged(times(500, errorsOf(0, 0)), errorsMetric({ margin: { relative: 1 } }))
    expect(relative.metric).toMatchObject({ verdict: 'insufficient', evidence: 1, estimate: null, lower: null })
    expect(relative.metric.reason).toBe(
      'errors: too few events to compare; a relative margin needs events, an absolute one does not',
    )
  })
})

describe('a canary in between', () => {
  it('is undecided, and says how far it is', () => {
    const { verdict, decidedAt, reason, metric } = judged(times(12, errorsOf(5, 7)))
    expect({ verdict, decidedAt }).toEqual({ verdict: 'insufficient', decidedAt: null })
    expect(reason).toBe('errors did not pass, so not more than half of the weight of the metrics without a group did')
    expect(metric.lower!).toBeLessThan(0)
    expect(metric.reason).toMatch(
      /^canary errors 1\.4 % against 1\.0 %: between 0\.\d+ points better and 1\.\d points worse \(98 % each side, valid at every look\); neither harm nor staying within the margin of 1 point is shown yet$/,
    )
  })

  it('says that no limit is set while there is none', () => {
    const { metric } = judged(times(6, intervalOf('cpu', { value: 1 }, { value: 2 })), {
      name: 'cpu',
      kind: 'series',
      margin: { relative: 0.2 },
    })
    expect(metric.reason).toBe(
      'canary cpu 2 against 1 on average: the data set no limit to the difference yet; neither harm nor staying within the margin of 20 % is shown yet',
    )
  })
})

describe('directions', () => {
  const margin = { relative: 0.5 }
  const verdictOf = (direction: Direction, b: number, c: number) =>
    judged(times(30, errorsOf(b, c)), errorsMetric({ direction, margin })).metric

  it('take an increase, a decrease, or either as harm', () => {
    expect(verdictOf('increase', 5, 15).verdict).toBe('fail')
    expect(verdictOf('decrease', 5, 15).verdict).toBe('pass')
    expect(verdictOf('either', 5, 15).verdict).toBe('fail')
    expect(verdictOf('increase', 15, 5).verdict).toBe('pass')
    expect(verdictOf('decrease', 15, 5).verdict).toBe('fail')
    expect(verdictOf('either', 15, 5).verdict).toBe('fail')
    expect(verdictOf('either', 15, 15).verdict).toBe('pass')
  })

  it('show the canary against the baseline, whichever way is harm', () => {
    const less = verdictOf('decrease', 15, 5)
    expect(less.estimate).toBeCloseTo(1 / 3, 9)
    expect(less.upper!).toBeLessThan(1)
    expect(less.lower!).toBeLessThan(1 / 3)
    expect(less.reason).toMatch(/^canary errors 1\.0 % against 3\.0 %: between 0\.\d+ and 0\.\d+ times the baseline/)
    const fewer = judged(times(30, errorsOf(15, 5)), errorsMetric({ direction: 'decrease' })).metric
    expect(fewer.estimate).toBeCloseTo(-0.02, 9)
    expect(fewer.upper!).toBeLessThanOrEqual(0)
    expect(fewer.lower!).toBeLessThan(fewer.estimate!)
    expect(fewer.reason).toMatch(/: between 0\.\d+ and \d\.\d points worse/)
  })

  it('share the budget when harm is either', () => {
    const one = judged(times(30, errorsOf(5, 9)), errorsMetric({ margin })).decidedAt!
    const both = judged(times(30, errorsOf(5, 9)), errorsMetric({ margin, direction: 'either' }))
    expect(both.decidedAt!).toBeGreaterThan(one)
    expect(both.metric.reason).toContain('(99 % for the lower and 98 % for the upper limit, valid at every look)')
  })

  it('of either are told without a side while nothing is shown to be worse', () => {
    const { metric } = judged(times(30, errorsOf(5, 5)), errorsMetric({ direction: 'either' }))
    expect(metric.verdict).toBe('pass')
    expect(metric.reason).toContain('between 0.42 points lower and 0.42 points higher (98 % each side')
    const lower = judged(times(30, errorsOf(15, 15)), errorsMetric({ direction: 'either', margin })).metric
    expect(lower.lower!).toBeGreaterThanOrEqual(1 / 1.5)
    expect(lower.upper!).toBeLessThanOrEqual(1.5)
  })
})

describe('data that cannot be used', () => {
  const ok: Observation = { bad: 5, total: 500 }
  const verdictOf = (intervals: readonly Interval[], last = false) => judged(intervals, errorsMetric(), last).metric

  it('is no pass when the canary is silent in more than a tenth of the intervals', () => {
    const good = times(30, errorsOf(5, 5))
    expect(verdictOf([...times(3, intervalOf('errors', ok, null)), ...good]).verdict).toBe('pass')
    const silent = verdictOf([...times(4, intervalOf('errors', ok, null)), ...good])
    expect(silent.verdict).toBe('insufficient')
    expect(silent.reason).toBe(
      'errors: the canary has no data in 4 of 34 intervals where the baseline has; more than a tenth is never a pass',
    )
    expect(verdictOf([...times(30, intervalOf('errors', null, ok)), ...good]).verdict).toBe('pass')
  })

  it('is no pass at a look that could not be read, and errored at the last one', () => {
    const good = times(30, errorsOf(5, 5))
    const broken = intervalOf('errors', { error: 'no route' }, { error: 'no route' })
    expect(verdictOf([...good, broken]).verdict).toBe('insufficient')
    expect(verdictOf([...good, broken]).reason).toBe('errors could not be read at the last look: no route')
    expect(verdictOf([...good, broken], true)).toMatchObject({
      verdict: 'errored',
      reason: 'errors could not be read: no route',
    })
    expect(verdictOf([broken, ...good], true).verdict).toBe('pass')
    const neverRead = verdictOf([broken, intervalOf('errors', null, null)], true)
    expect(neverRead).toMatchObject({
      verdict: 'errored',
      reason: 'errors could not be read: no interval had data on both sides',
    })
  })

  it('is insufficient, not errored, when there simply is none', () => {
    expect(verdictOf([], true)).toMatchObject({
      verdict: 'insufficient',
      reason: 'errors: no interval has been seen yet',
    })
    const none = (baseline: Observation, canary: Observation) =>
      verdictOf(times(9, intervalOf('errors', baseline, canary)), true)
    expect(none(null, null)).toMatchObject({ verdict: 'insufficient', reason: 'errors: the baseline has no data' })
    expect(none(null, ok)).toMatchObject({ verdict: 'insufficient', reason: 'errors: the baseline has no data' })
    expect(none(ok, null)).toMatchObject({ verdict: 'insufficient', reason: 'errors: the canary has no data' })
    const nothing = { bad: 0, total: 0 }
    expect(none(ok, nothing)).toMatchObject({
      verdict: 'insufficient',
      reason: 'errors: there was no traffic on the canary',
    })
    expect(none(nothing, ok)).toMatchObject({
      verdict: 'insufficient',
      reason: 'errors: there was no traffic on the baseline',
    })
    const alternating = [intervalOf('errors', ok, nothing), intervalOf('errors', nothing, ok)]
    expect(verdictOf([...alternating, ...alternating]).reason).toBe('errors: no interval has data on both sides')
  })

  it('does not hinder a fail', () => {
    const bad = times(30, errorsOf(5, 25))
    expect(verdictOf([...times(30, intervalOf('errors', ok, null)), ...bad]).verdict).toBe('fail')
  })

  it('adds nothing to the totals', () => {
    const good = times(3, errorsOf(5, 5))
    const { baseline, canary } = verdictOf([...good, intervalOf('errors', ok, { bad: Number.NaN, total: 500 })])
    expect({ baseline, canary }).toEqual({ baseline: { bad: 15, total: 1500 }, canary: { bad: 15, total: 1500 } })
  })
})

describe('histograms', () => {
  const buckets = (baseline: number[], canary: number[]) =>
    times(6, intervalOf('latency', { counts: baseline }, { counts: canary }))
  const latency: MetricConfig = {
    name: 'latency',
    kind: 'histogram',
    bounds: [100, 300, 1000],
    margin: { absolute: 0.05 },
  }

  it('are judged at every bound, and shown at the one with the most evidence', () => {
    const { metric } = judged(buckets([400, 80, 15, 5], [370, 95, 25, 10]), latency)
    expect(metric.verdict).toBe('fail')
    const strict = judgeSequential(
      { ...config, falseAlarm: 0.001 },
      { metrics: [latency], intervals: buckets([400, 80, 15, 5], [370, 95, 25, 10]), last: true },
    ).metrics[0]!
    expect(relativeError(strict.evidence, 393.093959)).toBeLessThan(1e-6)
    expect(strict.canary).toEqual({ counts: [2220, 570, 150, 60] })
    expect(strict.reason).toMatch(/^canary latency 7\.0 % against 4\.0 % above 300: /)
  })

  it('pass when every bound does', () => {
    const equal = judged(
      [...buckets([400, 80, 15, 5], [400, 80, 15, 5]), ...buckets([400, 80, 15, 5], [400, 80, 15, 5])],
      latency,
    )
    expect(equal.metric.verdict).toBe('pass')
    expect(equal.metric.reason).toContain('above 100')
    const oneBound = judged(
      [...buckets([400, 80, 15, 5], [375, 85, 35, 5]), ...buckets([400, 80, 15, 5], [375, 85, 35, 5])],
      {
        ...latency,
        failAbove: { absolute: 0.05 },
      },
    )
    expect(oneBound.metric.verdict).not.toBe('pass')
  })

  it('with a threshold are the share above it', () => {
    const { metric } = judged(buckets([400, 80, 15, 5], [370, 95, 25, 10]), { ...latency, threshold: 300 })
    expect(metric.baseline).toEqual({ bad: 80, total: 2000 })
    expect(metric.reason).toMatch(/^canary latency 7\.0 % against 4\.0 % above 300: /)
  })
})

describe('counts', () => {
  const restarts = (b: number, c: number, exposure = { baseline: 60, canary: 60 }): Interval => ({
    ...intervalOf('restarts', { events: b }, { events: c }),
    exposure,
  })
  const metric: MetricConfig = { name: 'restarts', kind: 'count', margin: { absolute: 0.1 } }

  it('are rates by their exposure, also when it differs', () => {
    const { metric: equal } = judged(times(30, restarts(9, 1, { baseline: 90, canary: 10 })), metric)
    expect(equal.estimate).toBeCloseTo(0, 9)
    expect(equal.baseline).toEqual({ events: 270 })
    expect(equal.reason).toMatch(
      /^canary restarts 0\.1 against 0\.1 a unit of exposure: between [\d.]+ better and [\d.]+ worse/,
    )
    expect(judged(times(30, restarts(9, 9, { baseline: 90, canary: 10 })), metric).verdict).toBe('fail')
  })

  it('say in one sentence how many times as many there are', () => {
    const { metric: worse } = judged(times(30, restarts(3, 9)), { name: 'restarts', kind: 'count' })
    expect(worse.reason).toMatch(
      /^canary restarts 0\.15 against 0\.05 a unit of exposure: between \d(\.\d+)? and \d+(\.\d+)? times the baseline/,
    )
    const { metric: only } = judged(times(30, restarts(0, 3)), { name: 'restarts', kind: 'count' })
    expect(only.reason).toMatch(
      /: at least \d(\.\d+)? times the baseline \(98 % each side, valid at every look\); were it no worse/,
    )
    const { metric: none } = judged(times(30, restarts(3, 0)), {
      name: 'restarts',
      kind: 'count',
      margin: { relative: 1 },
    })
    expect(none.reason).toMatch(/: at most 0\.\d+ times the baseline/)
  })

  it('in blocks are judged once a block', () => {
    const burst = [...times(5, restarts(1, 0)), restarts(0, 10)]
    const blocks = (n: number) => judged(times(n, burst).flat(), { ...metric, block: 6 })
    expect(blocks(2).metric.evidence).toBeLessThan(blocks(3).metric.evidence)
    const open = judged([...times(2, burst).flat(), restarts(0, 100)], { ...metric, block: 6 })
    expect(open.metric.evidence).toBe(blocks(2).metric.evidence)
    expect(blocks(4).decidedAt === null || blocks(4).decidedAt! % 6 === 0).toBe(true)
  })
})

describe('series', () => {
  const cpu = (settings: Partial<MetricConfig> = {}): MetricConfig => ({ name: 'cpu', kind: 'series', ...settings })
  const points = (shift: number, n = 60) =>
    Array.from({ length: n }, (_, t) =>
      intervalOf('cpu', { value: 10 + Math.sin(2.1 * t) }, { value: 10 + shift + Math.sin(1.3 * t) }),
    )

  it('fail on a shift, and pass within a margin', () => {
    expect(judged(points(3), cpu({ margin: { absolute: 2 } })).metric).toMatchObject({
      verdict: 'fail',
      scale: 'difference',
    })
    expect(judged(points(0), cpu({ margin: { absolute: 2 } })).verdict).toBe('pass')
    expect(judged(points(0), cpu({ margin: { relative: 0.2 } })).metric).toMatchObject({
      verdict: 'pass',
      scale: 'ratio',
    })
    expect(judged(points(3), cpu({ margin: { relative: 0.4 }, failAbove: { relative: 0.4 } })).verdict).toBe('pass')
    expect(judged(points(5), cpu({ margin: { absolute: 4 }, failAbove: { absolute: 2 } })).verdict).toBe('fail')
  })

  it('show the ratio of the means with a relative margin, the difference otherwise', () => {
    const ratio = judged(points(1), cpu({ margin: { relative: 0.05 }, failAbove: { relative: 0.05 } })).metric
    expect(ratio.estimate).toBeCloseTo(1.1, 1)
    const difference = judged(points(1), cpu()).metric
    expect(difference.scale).toBe('difference')
    expect(difference.estimate).toBeCloseTo(1, 0)
    expect(difference.baseline).toMatchObject({ value: expect.closeTo(10, 0) })
    expect(difference.canary).toMatchObject({ value: expect.closeTo(11, 0) })
  })

  it('look downwards when less is harm', () => {
    const less = judged(points(-3), cpu({ direction: 'decrease', margin: { absolute: 2 } })).metric
    expect(less.verdict).toBe('fail')
    expect(less.estimate!).toBeLessThan(-2)
    const relative = judged(points(-3), cpu({ direction: 'decrease', margin: { relative: 0.2 } })).metric
    expect(relative.verdict).toBe('fail')
    expect(relative.estimate!).toBeLessThan(0.8)
    expect(judged(points(-3), cpu({ direction: 'increase', margin: { absolute: 2 } })).verdict).toBe('pass')
  })

  it('never pass when they mostly repeat one value', () => {
    const zeros = Array.from({ length: 60 }, (_, t) => intervalOf('cpu', { value: t % 7 === 0 ? 1 : 0 }, { value: 0 }))
    expect(judged(zeros, cpu({ margin: { absolute: 2 } })).verdict).toBe('insufficient')
  })

  it('are missing where a value is, or where one overflowed', () => {
    const broken = [
      intervalOf('cpu', { value: Number.NaN }, { value: 1 }),
      intervalOf('cpu', { value: 1 }, { value: 1.7e308 }),
    ]
    const clean = judged(points(3), cpu({ margin: { absolute: 2 } })).metric
    const { metric } = judged([...broken, ...points(3)], cpu({ margin: { absolute: 2 } }))
    expect(metric).toEqual(clean)
  })
})

describe('several metrics', () => {
  const a = errorsMetric({ name: 'a' })
  const b = errorsMetric({ name: 'b' })
  const both = (x: [number, number], y: [number, number]): Interval => ({
    baseline: { a: { bad: x[0], total: 500 }, b: { bad: y[0], total: 500 } },
    canary: { a: { bad: x[1], total: 500 }, b: { bad: y[1], total: 500 } },
  })
  const of = (metrics: MetricConfig[], intervals: Interval[]) =>
    judgeSequential(config, { metrics, intervals, last: true })

  it('share the budget of false alarms', () => {
    const alone = of([a], times(9, both([5, 20], [5, 5]))).decidedAt!
    const { decidedAt, metrics } = of(
      [
        { ...a, critical: true },
        { ...b, weight: 9 },
      ],
      times(9, both([5, 20], [5, 5])),
    )
    expect(decidedAt!).toBeGreaterThan(alone)
    expect(metrics[0]!.reason).toContain('(99.8 % for the lower and 98 % for the upper limit')
  })

  it('keep the fail of one while the whole is open, with the numbers it failed with', () => {
    const metrics = [a, { ...b, weight: 2 }]
    const early = of(metrics, times(6, both([5, 30], [5, 7])))
    expect(early.verdict).toBe('insufficient')
    expect(early.metrics[0]!.verdict).toBe('fail')
    const later = of(metrics, [...times(6, both([5, 30], [5, 7])), ...times(40, both([5, 1], [5, 5]))])
    expect(later.metrics[0]).toEqual(early.metrics[0])
    expect(later.verdict).toBe('pass')
  })

  it('report muted ones without letting them count', () => {
    const { verdict, metrics } = of([a, { ...b, muted: true, critical: true }], times(12, both([5, 5], [5, 30])))
    expect(verdict).toBe('pass')
    expect(metrics[1]).toMatchObject({ name: 'b', verdict: 'fail', muted: true, critical: true, group: null })
  })

  it('are grouped', () => {
    const { verdict, metrics } = of(
      [
        { ...a, group: 'g' },
        { ...b, group: 'h' },
      ],
      times(12, both([5, 5], [5, 30])),
    )
    expect(verdict).toBe('fail')
    expect(metrics.map(({ group }) => group)).toEqual(['g', 'h'])
  })
})

describe('a step that asks for a pass of its own', () => {
  const good = times(10, errorsOf(5, 5))

  it('counts evidence and intervals for it from its start', () => {
    const evidence = { metrics: [errorsMetric()], intervals: good, last: false }
    expect(judgeSequential(config, { ...evidence, passSince: 0 }).verdict).toBe('pass')
    expect(judgeSequential(config, { ...evidence, passSince: 8 }).verdict).toBe('insufficient')
    expect(judgeSequential(config, { ...evidence, intervals: [...good, ...good], passSince: 10 })).toMatchObject({
      verdict: 'pass',
      decidedAt: 16,
    })
    const cpu = { name: 'cpu', kind: 'series', margin: { absolute: 2 } } as const
    const points = Array.from({ length: 60 }, (_, t) =>
      intervalOf('cpu', { value: Math.sin(t) }, { value: Math.sin(2 * t) }),
    )
    const series = (passSince: number) =>
      judgeSequential(config, { metrics: [cpu], intervals: points, last: true, passSince })
    expect(series(0).verdict).toBe('pass')
    expect(series(50).verdict).toBe('insufficient')
  })

  it('does not forget harm, nor that a difference was shown to be within the margin', () => {
    const small = times(6, errorsOf(500, 560, 50_000))
    const evidence = { metrics: [errorsMetric()], last: false, passSince: 6 }
    expect(judgeSequential(config, { ...evidence, intervals: [...small, errorsOf(500, 560, 50_000)] }).verdict).toBe(
      'insufficient',
    )
    const bad = [...times(5, errorsOf(5, 12)), ...times(8, errorsOf(5, 12))]
    expect(judgeSequential(config, { ...evidence, intervals: bad }).decidedAt).toBe(
      judgeSequential(config, { ...evidence, passSince: 0, intervals: bad }).decidedAt,
    )
  })
})

describe('a configuration without meaning', () => {
  it('is refused, with every reason', () => {
    const metrics = [errorsMetric({ margin: { absolute: 2 } }), errorsMetric({ weight: 0 })]
    expect(() => createSequential({ ...config, falseAlarm: 2 }, metrics)).toThrow(RangeError)
    expect(() => createSequential({ ...config, falseAlarm: 2 }, metrics)).toThrow(
      'judge: falseAlarm must be above 0 and at most 50 %; two metrics are called errors; errors: margin.absolute a share cannot be worse by 100 percentage points or more; errors: weight must be above 0',
    )
  })
})
