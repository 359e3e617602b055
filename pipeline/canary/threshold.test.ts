import { describe, expect, it } from 'vitest'
import type { Guardrail, Interval, MetricConfig, Observation } from './judge.ts'
import { checkGuardrails } from './threshold.ts'

const proportion: MetricConfig = { name: 'm', kind: 'proportion' }
const count: MetricConfig = { name: 'm', kind: 'count' }
const series: MetricConfig = { name: 'm', kind: 'series' }
const slow: MetricConfig = { name: 'm', kind: 'histogram', bounds: [1, 2], threshold: 1 }

const guardrail = (above: number, atLeast: number): Guardrail => ({ metric: 'm', above, atLeast })
const check = (metric: MetricConfig, rail: Guardrail, canary: readonly Observation[]) =>
  checkGuardrails([rail], {
    metrics: [metric],
    intervals: canary.map(
      (seen): Interval => ({ baseline: {}, canary: { m: seen }, exposure: { baseline: 1, canary: 2 } }),
    ),
  })
const requests = (bad: number, total: number): Observation => ({ bad, total })

describe('a guardrail', () => {
  it('acts when the share of the canary is above it on enough requests', () => {
    expect(check(proportion, guardrail(0.2, 50), [requests(11, 50)])).toEqual({
      metric: 'm',
      reason: 'canary m at 0.22, above the limit of 0.2 on the latest 50 or more',
    })
    expect(check(proportion, guardrail(0.2, 50), [requests(10, 50)])).toBeNull()
    expect(check(proportion, guardrail(0.2, 51), [requests(50, 50)])).toBeNull()
  })

  it('adds intervals up until they are enough', () => {
    expect(check(proportion, guardrail(0.2, 50), [requests(10, 25)])).toBeNull()
    expect(check(proportion, guardrail(0.2, 50), [requests(10, 25), requests(1, 25)])).not.toBeNull()
    expect(check(proportion, guardrail(0.2, 50), [requests(5, 25), requests(5, 25)])).toBeNull()
  })

  it('looks at the latest only, so that a long good history hides nothing', () => {
    const good = Array.from({ length: 100 }, () => requests(0, 100))
    expect(check(proportion, guardrail(0.2, 50), [...good, requests(30, 60)])).not.toBeNull()
    expect(check(proportion, guardrail(0.2, 150), [...good, requests(30, 60)])).toBeNull()
  })

  it('takes no more of the latest intervals than it needs', () => {
    expect(check(proportion, guardrail(0.2, 50), [requests(0, 50), requests(11, 50)])).not.toBeNull()
    expect(check(proportion, guardrail(0.2, 51), [requests(0, 50), requests(11, 50)])).toBeNull()
    expect(check(proportion, guardrail(0.2, 100), [requests(15, 50), requests(0, 60), requests(21, 50)])).toBeNull()
  })

  it('has acted when it did at any look', () => {
    expect(check(proportion, guardrail(0.2, 50), [requests(30, 60), requests(0, 1_000)])).not.toBeNull()
  })

  it('is on the rate of a count, with a sample of events', () => {
    expect(check(count, guardrail(3, 8), [{ events: 8 }])).not.toBeNull()
    expect(check(count, guardrail(4, 8), [{ events: 8 }])).toBeNull()
    expect(check(count, guardrail(3, 9), [{ events: 8 }])).toBeNull()
    expect(check(count, guardrail(1, 2), [{ events: 0 }, { events: 3 }])).not.toBeNull()
  })

  it('is on the share above the threshold of a histogram', () => {
    expect(check(slow, guardrail(0.3, 10), [{ counts: [6, 3, 1] }])).not.toBeNull()
    expect(check(slow, guardrail(0.4, 10), [{ counts: [6, 3, 1] }])).toBeNull()
  })

  it('is on the mean of the latest points of a series', () => {
    const values = [1, 1, 9, 9].map(value => ({ value }))
    expect(check(series, guardrail(8, 2), values)).not.toBeNull()
    expect(check(series, guardrail(8, 3), values)).toBeNull()
    expect(check(series, guardrail(6, 3), values)).not.toBeNull()
    expect(check(series, guardrail(0, 5), values)).toBeNull()
  })

  it('does not count what is missing or unreadable', () => {
    const nothing: Observation[] = [
      null,
      { error: 'no route' },
      requests(Number.NaN, 50),
      requests(50, Number.NaN),
      requests(9, 5),
    ]
    expect(check(proportion, guardrail(0.1, 1), nothing)).toBeNull()
    expect(check(proportion, guardrail(0.1, 50), [requests(30, 30), ...nothing, requests(30, 30)])).not.toBeNull()
    expect(check(proportion, guardrail(0, 1), [requests(0, 0)])).toBeNull()
    expect(check(series, guardrail(0, 1), [{ value: Number.NaN }, { value: Number.POSITIVE_INFINITY }])).toBeNull()
  })

  it('is refused when it could never act', () => {
    expect(() => check(proportion, { ...guardrail(0.1, 1), metric: 'typo' }, [])).toThrow(
      'a guardrail is on typo, which is no metric; known are m',
    )
    for (const rail of [
      guardrail(Number.NaN, 1),
      guardrail(Number.POSITIVE_INFINITY, 1),
      guardrail(0.1, 0),
      guardrail(0.1, Number.NaN),
    ])
      expect(() => check(proportion, rail, [])).toThrow('needs a limit, and a sample of at least 1')
    const { threshold: _, ...whole } = slow
    expect(() => check(whole, guardrail(0.1, 1), [])).toThrow('needs its threshold')
    expect(() => checkGuardrails([guardrail(0.1, 1)], { metrics: [], intervals: [] })).toThrow('known are none')
  })

  it('is found among others, the first look first', () => {
    const metrics = [proportion, { ...proportion, name: 'n' }]
    const at = (m: number, n: number): Interval => ({
      baseline: {},
      canary: { m: requests(m, 10), n: requests(n, 10) },
    })
    const rails = [guardrail(0.5, 10), { metric: 'n', above: 0.5, atLeast: 10 }]
    expect(checkGuardrails(rails, { metrics, intervals: [at(0, 9), at(9, 0)] })?.metric).toBe('n')
    expect(checkGuardrails(rails, { metrics, intervals: [at(9, 9)] })?.metric).toBe('m')
    expect(checkGuardrails([], { metrics, intervals: [at(9, 9)] })).toBeNull()
  })
})
