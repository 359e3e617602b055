import { describe, expect, it } from 'vitest'
import { calibrate } from '../pipeline/canary/calibration.ts'
import type { Interval, MetricConfig, SequentialConfig } from '../pipeline/canary/judge.ts'
import { type Draw, drawFrom } from './statistics/random.ts'

/** Stable against stable, when the error rate of each side wanders: AR(1) in its logarithm, standard deviation 0.4. */
function wandering(draw: Draw, correlation: number, intervals = 240): Interval[] {
  const walk = () => {
    let x = draw.normal()
    return () => {
      x = correlation * x + Math.sqrt(1 - correlation ** 2) * draw.normal()
      return 20 * Math.exp(0.4 * x)
    }
  }
  const baseline = walk()
  const canary = walk()
  return Array.from({ length: intervals }, () => ({
    baseline: { errors: { events: draw.poisson(baseline()) } },
    canary: { errors: { events: draw.poisson(canary()) } },
    exposure: { baseline: 1, canary: 1 },
  }))
}

const config: SequentialConfig = { type: 'sequential', falseAlarm: 0.02 }
const errors: MetricConfig = { name: 'errors', kind: 'count' }

describe('calibration on simulated runs', { timeout: 60_000 }, () => {
  it.each([0.6, 0.9])('finds clusters of correlation %d, and blocks that end the false alarms', correlation => {
    const draw = drawFrom(3)
    const runs = Array.from({ length: 60 }, () => wandering(draw, correlation))
    const before = calibrate(config, [errors], runs)[0]!
    expect(before.falseFails).toBeGreaterThan(3)
    expect(before.correlation).toBeGreaterThan(0.35)
    expect(before.overDispersion).toBeGreaterThan(1.5)
    const after = calibrate(config, [{ ...errors, ...before.proposed }], runs)[0]!
    expect(after.falseFails).toBeLessThanOrEqual(3)
    expect(after.falseFails).toBeLessThan(before.falseFails / 2)
  })

  it('finds nothing where there is nothing', () => {
    const draw = drawFrom(4)
    const runs = Array.from({ length: 60 }, () =>
      Array.from(
        { length: 120 },
        (): Interval => ({
          baseline: { errors: { events: draw.poisson(5) } },
          canary: { errors: { events: draw.poisson(5) } },
          exposure: { baseline: 1, canary: 1 },
        }),
      ),
    )
    const { falseFails, correlation, overDispersion, proposed } = calibrate(config, [errors], runs)[0]!
    expect(falseFails).toBeLessThanOrEqual(3)
    expect(Math.abs(correlation!)).toBeLessThan(0.1)
    expect(overDispersion).toBeLessThan(1.5)
    expect(proposed).toEqual({})
  })
})
