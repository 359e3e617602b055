import type { MetricConfig, Verdict } from '../judge.ts'
import { amountOf } from './config-problems.ts'
import { rounded } from './e-value.ts'
import { scaleOf } from './event-direction.ts'
import type { Limits } from './interval.ts'

/**
 * Limits as they are shown: they come from a cheaper, monotone form of the tests, and must not contradict the verdict.
 * `bothWays`: harm is either direction, so a pass limits both ends.
 */
export function withinVerdict(
  { estimate, lower, upper }: Limits,
  metric: MetricConfig,
  { verdict, bothWays }: { verdict: Verdict; bothWays: boolean },
): Limits {
  const none = scaleOf(metric) === 'ratio' ? 1 : 0
  if (verdict === 'fail') {
    const allowed = none + (metric.failAbove === undefined ? 0 : amountOf(metric.failAbove))
    return inTenFigures({ estimate, lower: Math.max(lower ?? allowed, allowed), upper })
  }
  if (verdict !== 'pass') return inTenFigures({ estimate, lower, upper })
  const most = none + amountOf(metric.margin!)
  const least = none === 1 ? 1 / most : -most
  return inTenFigures({
    estimate,
    lower: bothWays ? Math.max(lower ?? least, least) : lower,
    upper: Math.min(upper ?? most, most),
  })
}

/** Limits of "less" as limits of "more": canary and baseline change places, and so do the ends. */
export function mirrored({ estimate, lower, upper }: Limits, scale: 'ratio' | 'difference'): Limits {
  if (scale === 'difference') return { estimate: negative(estimate), lower: negative(upper), upper: negative(lower) }
  // No upper limit of a ratio is a lower limit of zero the other way round.
  return {
    estimate: inverse(estimate),
    lower: upper === null && lower !== null ? 0 : inverse(upper),
    upper: inverse(lower),
  }
}

function negative(value: number | null): number | null {
  return value === null ? null : 0 - value
}

function inverse(value: number | null): number | null {
  return value !== null && value > 0 ? 1 / value : null
}

function inTenFigures({ estimate, lower, upper }: Limits): Limits {
  const figures = (value: number | null) => (value === null ? null : rounded(value))
  return { estimate: figures(estimate), lower: figures(lower), upper: figures(upper) }
}
