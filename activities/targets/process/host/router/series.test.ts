import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SecondRing } from './second-ring.ts'
import { latencyBounds, Series } from './series.ts'

const t0 = 1_700_000_000_000

describe('the counters of a series', () => {
  it('tell requests, failures and latencies of a window', () => {
    const series = new Series(t0)
    series.answered(t0 + 100, 4)
    series.answered(t0 + 200, 5.5)
    series.failed(t0 + 300, 600)
    series.abandoned(t0 + 400, 30_000)
    const counts = series.counts(t0, t0 + 1_000, t0 + 1_000)!
    expect(counts).toMatchObject({ requests: 3, failures: 1 })
    expect(counts.latencies[0]).toBe(1)
    expect(counts.latencies[1]).toBe(1)
    expect(counts.latencies[latencyBounds.indexOf(1_000)]).toBe(1)
    expect(counts.abandoned.at(-1)).toBe(1)
  })

  it('put a latency that cannot be compared among the slowest, never among the fast', () => {
    const series = new Series(t0)
    series.answered(t0, Number.NaN)
    expect(series.counts(t0, t0 + 1_000, t0 + 1_000)!.latencies.at(-1)).toBe(1)
  })

  it('know the difference between nothing known and nothing happened', () => {
    const series = new Series(t0 + 5_000)
    expect(series.counts(t0, t0 + 5_000, t0 + 9_000)).toBeNull()
    expect(series.counts(t0 + 5_000, t0 + 7_000, t0 + 9_000)).toMatchObject({ requests: 0, failures: 0 })
    expect(series.counts(t0 + 5_000, t0 + 7_000, t0 + 4_000_000)).toBeNull()
  })

  it('count a second only when it is over', () => {
    const series = new Series(t0)
    series.answered(t0 + 2_100, 1)
    expect(series.counts(t0, t0 + 2_500, t0 + 2_500)!.requests).toBe(0)
    expect(series.counts(t0 + 2_500, t0 + 3_000, t0 + 3_000)!.requests).toBe(1)
  })

  it('count each request once over windows that touch, wherever they are cut', () => {
    const offsets = fc.array(fc.integer({ min: 0, max: 59_999 }), { maxLength: 200 })
    fc.assert(
      fc.property(offsets, offsets, (requests, cuts) => {
        const series = new Series(t0 - 1)
        for (const offset of requests) series.answered(t0 + offset, 1)
        const edges = [0, ...cuts.sort((a, b) => a - b), 60_000]
        const total = edges
          .slice(1)
          .map((to, i) => series.counts(t0 + edges[i]!, t0 + to, t0 + 60_000)?.requests ?? 0)
          .reduce((sum, count) => sum + count, 0)
        expect(total).toBe(requests.length)
      }),
      { seed: 5, numRuns: 200 },
    )
  })
})

describe('the ring', () => {
  it('forgets what is older than its length', () => {
    const ring = new SecondRing(2, 10)
    ring.add(100, 0)
    ring.add(105, 1)
    expect(ring.sum(100, 109)).toEqual([1, 1])
    ring.add(110, 0)
    expect(ring.sum(100, 110)).toEqual([1, 1])
    expect(ring.sum(106, 110)).toEqual([1, 0])
    expect(ring.sum(0, 1_000)).toEqual([0, 0])
  })
})
