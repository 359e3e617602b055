import { describe, expect, it } from 'vitest'
import type { CompactLook } from './compact-evidence.ts'
import { addLook, beginBake, compact, forget, noEvidence } from './compact-evidence.ts'
import type { MetricConfig, Observation } from './judge.ts'
import { judge } from './judges.ts'
import { judgedIntervals, upperLimit } from './known-baseline.ts'

const errors: MetricConfig = { name: 'errors', kind: 'proportion', critical: true }
const share = (bad: number, total: number) => ({ bad, total })

function look(
  metric: string,
  baseline: Observation | 'not asked',
  canary: Observation,
  exposure: [number, number] = [1, 1],
): CompactLook {
  const side = baseline === 'not asked' ? [] : compact(baseline)
  return { metrics: { [metric]: { baseline: side, canary: compact(canary) } }, exposure }
}

/** Twenty looks of a canary without harm, then a bake with the given share of bad requests. */
function baked(bad: number, looks: number) {
  let evidence = noEvidence(1)
  for (let i = 0; i < 20; i++) evidence = addLook(evidence, look('errors', share(5, 500), share(5, 500)))
  evidence = beginBake(evidence)
  for (let i = 0; i < looks; i++)
    evidence = addLook(evidence, look('errors', 'not asked', share(Math.round(5_000 * bad), 5_000)))
  return evidence
}

function verdict(evidence: ReturnType<typeof baked>) {
  const intervals = judgedIntervals(evidence, [errors])
  return judge({ type: 'sequential', falseAlarm: 0.01 }, { metrics: [errors], intervals, last: false }).verdict
}

describe('the upper limit of a count', () => {
  // qchisq(0.99, 2 * (k + 1)) / 2 in R
  it.each([
    [0, 4.605],
    [1, 6.638],
    [10, 20.145],
    [100, 126.0],
  ])('of %i events is %f at 99 %%', (events, limit) => {
    expect(upperLimit(events)).toBeGreaterThan(limit * 0.99)
    expect(upperLimit(events)).toBeLessThan(limit * 1.015)
  })
})

describe('the baseline of a bake', () => {
  it('is the old rate at its upper limit, on twenty times the exposure', () => {
    const [interval] = judgedIntervals(baked(0.01, 1), [errors]).slice(20)
    const { bad, total } = interval!.baseline.errors as { bad: number; total: number }
    expect(total).toBe(100_000)
    expect(bad / total).toBeCloseTo(upperLimit(100) / 10_000, 4)
  })

  it('loses nothing by rounding: small exposures add up to the same rate', () => {
    let evidence = beginBake(addLook(noEvidence(1), look('errors', share(1, 10_000), share(1, 10_000))))
    for (let i = 0; i < 200; i++) evidence = addLook(evidence, look('errors', 'not asked', share(0, 3)))
    const sides = judgedIntervals(evidence, [errors])
      .slice(1)
      .map(interval => interval.baseline.errors as { bad: number; total: number })
    const bad = sides.reduce((sum, side) => sum + side.bad, 0)
    const expected = (upperLimit(1) / 10_000) * 200 * 60
    expect(bad).toBeGreaterThanOrEqual(expected)
    expect(bad).toBeLessThan(expected + 1)
  })

  it('shows no harm in what was normal before, and shows it soon in what was not', () => {
    expect(verdict(baked(0.01, 200))).not.toBe('fail')
    expect(verdict(baked(0.03, 10))).toBe('fail')
  })

  it('is missing where there was none before', () => {
    let evidence = beginBake(addLook(noEvidence(1), look('errors', null, share(1, 10))))
    evidence = addLook(evidence, look('errors', 'not asked', share(9, 10)))
    expect(judgedIntervals(evidence, [errors])[1]!.baseline.errors).toBeNull()
  })

  it('counts by exposure, and leaves series without one', () => {
    const restarts: MetricConfig = { name: 'restarts', kind: 'count' }
    const cpu: MetricConfig = { name: 'cpu', kind: 'series' }
    let evidence = beginBake(addLook(noEvidence(1), look('restarts', { events: 10 }, { events: 10 }, [100, 100])))
    evidence = addLook(evidence, look('restarts', 'not asked', { events: 1 }, [0, 50]))
    const [, bake] = judgedIntervals(evidence, [restarts, cpu])
    expect(bake!.exposure).toEqual({ baseline: 1_000, canary: 50 })
    expect(bake!.baseline.restarts).toEqual({ events: Math.ceil((upperLimit(10) / 100) * 1_000) })
    expect(bake!.baseline.cpu).toBeNull()
  })

  it('moves every tail of a histogram to its upper limit', () => {
    const latency: MetricConfig = { name: 'latency', kind: 'histogram', bounds: [100, 500] }
    let evidence = beginBake(
      addLook(noEvidence(1), look('latency', { counts: [900, 90, 10] }, { counts: [900, 90, 10] })),
    )
    evidence = addLook(evidence, look('latency', 'not asked', { counts: [90, 9, 1] }))
    const { counts } = judgedIntervals(evidence, [latency])[1]!.baseline.latency as { counts: number[] }
    expect(counts.reduce((a, b) => a + b, 0)).toBe(2_000)
    expect(counts[2]).toBe(Math.ceil((upperLimit(10) / 1_000) * 2_000))
    expect(counts[1]! + counts[2]!).toBe(Math.ceil((upperLimit(100) / 1_000) * 2_000))
  })

  it('stays known when the judge has been overruled, though what it saw is not judged again', () => {
    const before = addLook(noEvidence(1), look('errors', share(5, 500), share(400, 500)))
    const evidence = addLook(beginBake(forget(before)), look('errors', 'not asked', share(5, 500)))
    const intervals = judgedIntervals(evidence, [errors])
    expect(intervals).toHaveLength(1)
    expect(intervals[0]!.baseline.errors).not.toBeNull()
  })
})
