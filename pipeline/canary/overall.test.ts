import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Verdict } from './judge.ts'
import { type MetricVerdict, overallVerdict } from './overall.ts'

const metric = (verdict: Verdict, settings: Partial<MetricVerdict> = {}): MetricVerdict => ({
  name: 'm',
  verdict,
  critical: false,
  muted: false,
  group: null,
  weight: 1,
  ...settings,
})
const critical = (verdict: Verdict) => metric(verdict, { critical: true, name: 'c' })
const of = (...metrics: MetricVerdict[]) => overallVerdict(metrics).verdict

/** From best to worst. */
const order: Verdict[] = ['pass', 'insufficient', 'errored', 'fail']

const anyMetric: fc.Arbitrary<MetricVerdict> = fc.record({
  name: fc.constantFrom('a', 'b', 'c', 'd'),
  verdict: fc.constantFrom(...order),
  critical: fc.boolean(),
  muted: fc.boolean(),
  group: fc.constantFrom(null, 'g', 'h'),
  weight: fc.double({ min: 0.01, max: 100, noNaN: true }),
})

describe('the overall verdict', () => {
  it('is insufficient of nothing', () => expect(of()).toBe('insufficient'))

  it('is the metric’s own when there is one', () => {
    for (const verdict of order) {
      expect(of(metric(verdict))).toBe(verdict)
      expect(of(critical(verdict))).toBe(verdict)
    }
  })

  // Rows: the critical metric; columns: one of another group's metric.
  it.each<[Verdict, Verdict, Verdict]>([
    ['fail', 'pass', 'fail'],
    ['fail', 'errored', 'fail'],
    ['pass', 'fail', 'fail'],
    ['errored', 'fail', 'fail'],
    ['insufficient', 'fail', 'fail'],
    ['errored', 'pass', 'errored'],
    ['errored', 'insufficient', 'errored'],
    ['errored', 'errored', 'errored'],
    ['pass', 'pass', 'pass'],
    ['pass', 'insufficient', 'insufficient'],
    ['pass', 'errored', 'insufficient'],
    ['insufficient', 'pass', 'insufficient'],
    ['insufficient', 'errored', 'insufficient'],
    ['insufficient', 'insufficient', 'insufficient'],
  ])('with a critical metric %s and another %s is %s', (first, second, expected) => {
    expect(of(critical(first), metric(second))).toBe(expected)
    expect(of(metric(second), critical(first))).toBe(expected)
  })

  it('fails and passes by more than half of the weight of a group, not by half', () => {
    expect(of(metric('fail'), metric('insufficient'))).toBe('insufficient')
    expect(of(metric('fail', { weight: 1.01 }), metric('insufficient'))).toBe('fail')
    expect(of(metric('pass'), metric('insufficient'))).toBe('insufficient')
    expect(of(metric('pass', { weight: 1.01 }), metric('insufficient'))).toBe('pass')
    expect(of(metric('pass', { weight: 3 }), metric('fail'), metric('errored'))).toBe('pass')
  })

  it('fails by one group and needs all of them to pass', () => {
    const g = { group: 'g' }
    const h = { group: 'h' }
    expect(of(metric('pass', g), metric('pass', g), metric('fail', h))).toBe('fail')
    expect(of(metric('pass', g), metric('pass', g), metric('insufficient', h))).toBe('insufficient')
    expect(of(metric('pass', g), metric('pass', h), metric('pass'))).toBe('pass')
  })

  it('does not count a critical metric in its group', () => {
    expect(of(critical('pass'), critical('pass'), metric('insufficient'))).toBe('insufficient')
    expect(of(critical('pass'), metric('errored'), metric('pass'))).toBe('insufficient')
  })

  it('leaves muted metrics out', () => {
    const muted = (verdict: Verdict) => metric(verdict, { muted: true, critical: true })
    expect(of(muted('fail'), metric('pass'))).toBe('pass')
    expect(of(muted('errored'), metric('pass'))).toBe('pass')
    expect(of(muted('pass'))).toBe('insufficient')
    expect(of(muted('pass'), metric('errored'))).toBe('errored')
  })

  it('is errored when nothing could be read, not when something could', () => {
    expect(of(metric('errored'), metric('errored'))).toBe('errored')
    expect(of(metric('errored'), metric('errored'), metric('insufficient'))).toBe('insufficient')
  })

  it('names what it hangs on', () => {
    const reason = (...metrics: MetricVerdict[]) => overallVerdict(metrics).reason
    expect(reason(critical('fail'))).toBe('the critical metric c failed')
    expect(reason(metric('fail'))).toBe('m failed')
    expect(reason(metric('fail', { weight: 3 }), metric('pass', { name: 'n' }))).toBe(
      'm (more than half of the weight of the metrics without a group) failed',
    )
    expect(reason(critical('errored'))).toBe('the critical metric c could not be read')
    expect(reason(metric('errored'))).toBe('no metric could be read')
    expect(reason(critical('insufficient'))).toBe('the critical metric c is not decided')
    expect(reason(metric('pass', { group: 'g' }), metric('errored', { group: 'g', name: 'n' }))).toBe(
      'n did not pass, so not more than half of the weight of the group g did',
    )
    expect(reason()).toBe('there is no metric to judge by')
    expect(reason(critical('pass'))).toBe('every critical metric passed')
    expect(reason(metric('pass'))).toBe('more than half of the metrics without a group passed')
    expect(reason(critical('pass'), metric('pass', { group: 'g' }))).toBe(
      'every critical metric and more than half of the group g passed',
    )
    expect(reason(metric('pass'), metric('pass', { group: 'g' }))).toBe('more than half of every group passed')
  })

  it('never becomes a pass when a metric gets worse', () => {
    fc.assert(
      fc.property(fc.array(anyMetric, { minLength: 1, maxLength: 8 }), fc.nat(), fc.nat(), (metrics, which, by) => {
        const index = which % metrics.length
        const place = order.indexOf(metrics[index]!.verdict)
        const worse = order[Math.min(order.length - 1, place + (by % order.length))]!
        const changed = metrics.map((each, i) => (i === index ? { ...each, verdict: worse } : each))
        if (of(...metrics) !== 'pass') expect(of(...changed)).not.toBe('pass')
      }),
      { numRuns: 2_000 },
    )
  })

  it('never passes with a critical metric that did not, nor without any that did', () => {
    fc.assert(
      fc.property(fc.array(anyMetric, { maxLength: 8 }), metrics => {
        if (of(...metrics) !== 'pass') return
        const counted = metrics.filter(({ muted }) => !muted)
        expect(counted.filter(each => each.critical).every(({ verdict }) => verdict === 'pass')).toBe(true)
        expect(counted.some(({ verdict }) => verdict === 'pass')).toBe(true)
      }),
      { numRuns: 2_000 },
    )
  })

  it('does not pass on weights that are no numbers', () => {
    expect(of(metric('pass', { weight: Number.NaN }))).toBe('insufficient')
  })
})
