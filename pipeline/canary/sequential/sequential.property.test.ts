import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Interval, MetricConfig, SequentialConfig } from '../judge.ts'
import { createSequential, judgeSequential, sequentialRuns } from './sequential.ts'

const config: SequentialConfig = { type: 'sequential', falseAlarm: 0.05 }
const metrics: MetricConfig[] = [
  { name: 'errors', kind: 'proportion', margin: { absolute: 0.02 }, critical: true },
  { name: 'restarts', kind: 'count', direction: 'either', margin: { relative: 1 } },
  { name: 'latency', kind: 'histogram', bounds: [1, 2], margin: { absolute: 0.05 }, group: 'speed' },
  { name: 'cpu', kind: 'series', margin: { absolute: 1 }, group: 'speed', muted: true },
]
const small = fc.integer({ min: 0, max: 12 })
const side = fc.record({
  errors: fc.oneof(
    { weight: 9, arbitrary: fc.record({ bad: small, total: fc.integer({ min: 100, max: 300 }) }) },
    { weight: 1, arbitrary: fc.constantFrom(null, { error: 'no route' }) },
  ),
  restarts: fc.record({ events: small }),
  latency: fc.record({ counts: fc.tuple(fc.integer({ min: 50, max: 99 }), small, small) }),
  cpu: fc.record({ value: fc.double({ min: 0, max: 3, noNaN: true }) }),
})
const interval: fc.Arbitrary<Interval> = fc.record({
  baseline: side,
  canary: side,
  exposure: fc.record({ baseline: fc.constantFrom(60, 90), canary: fc.constantFrom(10, 60) }),
})

/** Seconds on a machine of its own; more beside other work. */
const timeout = 60_000

describe('the sequential judge', { timeout }, () => {
  it('says the same of all looks at once as look by look', () => {
    fc.assert(
      fc.property(fc.array(interval, { maxLength: 15 }), fc.boolean(), (intervals, last) => {
        const run = createSequential(config, metrics)
        for (const [index, each] of intervals.entries()) {
          run.add(each)
          const sofar = judgeSequential(config, { metrics, intervals: intervals.slice(0, index + 1), last: false })
          expect(run.verdict()).toBe(sofar.verdict)
          expect(run.judgment(false)).toEqual(sofar)
        }
        expect(run.judgment(last)).toEqual(judgeSequential(config, { metrics, intervals, last }))
      }),
      { numRuns: 20 },
    )
  })

  it('once failed, stays failed whatever comes', () => {
    fc.assert(
      fc.property(fc.array(interval, { maxLength: 30 }), fc.array(interval, { maxLength: 5 }), (intervals, more) => {
        const before = judgeSequential(config, { metrics, intervals, last: false })
        if (before.verdict !== 'fail') return
        expect(judgeSequential(config, { metrics, intervals: [...intervals, ...more], last: true })).toEqual(before)
      }),
      { numRuns: 30 },
    )
  })

  it('decides at a look that it names: there it says so, and before it did not', () => {
    fc.assert(
      fc.property(fc.array(interval, { maxLength: 30 }), intervals => {
        const { verdict, decidedAt } = judgeSequential(config, { metrics, intervals, last: true })
        const verdictAfter = (n: number) =>
          judgeSequential(config, { metrics, intervals: intervals.slice(0, n), last: false }).verdict
        if (decidedAt === null) expect(['insufficient', 'errored']).toContain(verdict)
        else {
          expect(verdictAfter(decidedAt)).toBe(verdict)
          expect(verdictAfter(decidedAt - 1)).not.toBe(verdict)
        }
      }),
      { numRuns: 30 },
    )
  })

  it('keeps runs of one configuration apart', () => {
    fc.assert(
      fc.property(fc.array(interval, { maxLength: 10 }), fc.array(interval, { maxLength: 10 }), (one, other) => {
        const start = sequentialRuns(config, metrics)
        const [first, second] = [start(), start()]
        for (let i = 0; i < 10; i++) {
          if (one[i]) first.add(one[i]!)
          if (other[i]) second.add(other[i]!)
        }
        expect(first.judgment(true)).toEqual(judgeSequential(config, { metrics, intervals: one, last: true }))
        expect(second.judgment(true)).toEqual(judgeSequential(config, { metrics, intervals: other, last: true }))
      }),
      { numRuns: 15 },
    )
  })

  it('judges sixty looks at three metrics in a few hundredths of a second', () => {
    const three = metrics.slice(0, 3)
    const intervals = Array.from({ length: 60 }, (_, t): Interval => {
      const seen = (extra: number) => ({
        errors: { bad: 3 + ((t + extra) % 4), total: 500 + t + extra },
        restarts: { events: (t * (1 + extra)) % 3 },
        latency: { counts: [400 + t + extra, 20 + (t % 5), 5] },
      })
      return { baseline: seen(0), canary: seen(1), exposure: { baseline: 60, canary: 50 } }
    })
    const milliseconds = Array.from({ length: 9 }, () => {
      const before = process.cpuUsage()
      judgeSequential(config, { metrics: three, intervals, last: true })
      return process.cpuUsage(before).user / 1_000
    })
    // Of the processor, and the least of several: what it takes whatever else the machine does.
    expect(Math.min(...milliseconds)).toBeLessThan(50)
  })
})
