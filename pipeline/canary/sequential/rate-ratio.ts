import type { Arms } from './arms.ts'
import { increasingRoot } from './increasing-root.ts'

/** Expected events of the canary, and their variance, when its rate is `ratio` times the baseline's in each interval. */
export function expectedOfCanary(all: readonly Arms[], ratio: number): { expected: number; variance: number } {
  let expected = 0
  let variance = 0
  for (const { b, u, c, v } of all) {
    const theta = (v * ratio) / (u + v * ratio)
    expected += (b + c) * theta
    variance += (b + c) * theta * (1 - theta)
  }
  return { expected, variance }
}

/**
 * The common rate ratio of canary and baseline: the r with Σ c = Σ n θ(r), the maximum of the conditional likelihood.
 * 0 when only the baseline had events, Infinity when only the canary had, NaN when there were none. Not the ratio of
 * the summed rates: that one is wrong as soon as traffic share and error rate change together (Simpson's paradox).
 */
export function rateRatio(all: readonly Arms[]): number {
  let fromCanary = 0
  let fromBaseline = 0
  for (const { b, c } of all) {
    fromBaseline += b
    fromCanary += c
  }
  if (!(fromCanary + fromBaseline > 0)) return Number.NaN
  if (fromCanary === 0) return 0
  if (fromBaseline === 0) return Number.POSITIVE_INFINITY
  // Σ n θ(r) grows with ln r, with the variance as its slope.
  const logRatio = increasingRoot(-80, 80, x => {
    const { expected, variance } = expectedOfCanary(all, Math.exp(x))
    return { value: expected - fromCanary, slope: variance }
  })
  return Math.exp(logRatio)
}
