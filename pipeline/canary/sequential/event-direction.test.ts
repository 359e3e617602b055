import { describe, expect, it } from 'vitest'
import type { MetricConfig } from '../judge.ts'
import type { Arms } from './arms.ts'
import type { DirectionTest } from './direction-test.ts'
import { type EventSample, eventDirection } from './event-direction.ts'
import { errorsMetric } from './testing.ts'

const each = (b: number, c: number): Arms => ({ b, c, u: 500, v: 500 })

/** All of a metric's tests after these intervals. */
function fed(metric: MetricConfig, samples: readonly EventSample[]): DirectionTest<EventSample> {
  const direction = eventDirection(metric)()
  for (const sample of samples) direction.add(sample)
  return direction
}

const evidence = (test: DirectionTest<EventSample>) => [test.harm.logE(), test.safe!.logE()]
const levels = { harm: 4, safe: 4 }

describe('blocks of intervals', () => {
  const blocks = errorsMetric({ block: 2 })

  it('are judged as one interval with the events and exposures of all', () => {
    const merged = fed(errorsMetric(), [[{ b: 9, c: 15, u: 1_000, v: 1_000 }], [{ b: 3, c: 8, u: 1_000, v: 1_000 }]])
    expect(evidence(fed(blocks, [[each(4, 9)], [each(5, 6)], [each(2, 7)], [each(1, 1)]]))).toEqual(evidence(merged))
  })

  it('wait until they are full, but for the end of a step', () => {
    const waiting = fed(blocks, [[each(4, 9)]])
    expect(evidence(waiting)).toEqual(evidence(fed(blocks, [])))
    waiting.restart()
    expect(evidence(waiting)).toEqual(evidence(fed(errorsMetric(), [[each(4, 9)]])))
    expect(waiting.safeSinceRestart()!.logE()).toBe(fed(blocks, []).safe!.logE())
  })

  it('are not closed by the end of a step that left none open', () => {
    const full = fed(blocks, [[each(4, 9)], [each(5, 6)]])
    const before = evidence(full)
    full.restart()
    expect(evidence(full)).toEqual(before)
  })
})

describe('clusters', () => {
  const bursts = [0, 20, 1, 18, 0, 22, 2, 19].map((n): EventSample => [each(n, 20 - n)])

  it('temper the difference test, unless they are said to be none, or measured', () => {
    const safeWith = (dispersion: MetricConfig['dispersion']) =>
      fed(errorsMetric({ margin: { absolute: 0.05 }, dispersion }), bursts).safe!.logE()
    expect(safeWith('none')).toBe(safeWith(1))
    expect(safeWith('auto')).toBeLessThan(safeWith('none'))
    expect(safeWith(3)).toBeLessThan(safeWith('none'))
    expect(safeWith(3)).toBeGreaterThan(safeWith('auto'))
  })

  it('widen the interval that is shown', () => {
    const widthWith = (dispersion: MetricConfig['dispersion']) => {
      const { lower, upper } = fed(errorsMetric({ dispersion }), bursts).limits(levels, 'safe')
      return upper! - lower!
    }
    expect(widthWith('auto')).toBeGreaterThan(1.5 * widthWith('none'))
  })
})

describe('the bound that a histogram is shown at', () => {
  const histogram: MetricConfig = { name: 'latency', kind: 'histogram', bounds: [1, 2, 3], margin: { absolute: 0.05 } }
  const sample: EventSample = [each(100, 101), each(50, 90), each(5, 40)]

  it('is the one with the most evidence, for what was decided', () => {
    const direction = fed(
      histogram,
      Array.from({ length: 6 }, () => sample),
    )
    expect(direction.limits(levels, 'harm').bound).toBe(3)
    expect(direction.limits(levels, 'safe').bound).toBe(2)
  })

  it('is the first one as long as none says more', () => {
    expect(fed(histogram, []).limits(levels, 'harm').bound).toBe(1)
    expect(fed(histogram, []).limits(levels, 'safe').bound).toBe(1)
  })
})

it('has evidence of one before the first interval, which is reached', () => {
  for (const metric of [errorsMetric(), errorsMetric({ margin: { relative: 0.5 } })]) {
    const { harm, safe } = fed(metric, [])
    expect(harm.reaches(-1e-9)).toBe(true)
    expect(safe!.reaches(-1e-9)).toBe(true)
    expect(harm.reaches(1e-9)).toBe(false)
  }
})
