import type { Arms } from './arms.ts'

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
  return Math.exp(logRateRatio(all, fromCanary))
}

/** Newton's method in ln r, kept inside a shrinking bracket; Σ n θ(r) grows with r, so there is one root. */
function logRateRatio(all: readonly Arms[], fromCanary: number): number {
  let low = -80
  let high = 80
  let x = 0
  for (let i = 0; i < 200; i++) {
    const { expected, variance } = expectedOfCanary(all, Math.exp(x))
    const excess = expected - fromCanary
    if (excess > 0) high = x
    else low = x
    const newton = x - excess / variance
    const next = newton > low && newton < high ? newton : (low + high) / 2
    if (Math.abs(next - x) <= 1e-13) return next
    x = next
  }
  return x
}
