import { type Arms, isExposed, swapped } from './arms.ts'
import { crossing } from './crossing.ts'
import { differenceHarmTest, differenceSafeTest } from './difference-test.ts'
import { type Alternative, harmful, harmless } from './effects.ts'
import { rateRatio } from './rate-ratio.ts'
import type { EventTest } from './ratio-test.ts'
import { logSeriesE } from './series-test.ts'
import { logSumExp } from './special-functions.ts'

/** What the data say about the size of the harm; null where they set no limit. Valid at every look. */
export interface Limits {
  estimate: number | null
  lower: number | null
  upper: number | null
}

/** ln E at which a value is ruled out: below by the harm budget, above by the budget of a false pass. */
export interface Levels {
  harm: number
  safe: number
}

const nothing: Limits = { estimate: null, lower: null, upper: null }

/**
 * Limits of the rate ratio: the ratios that the ratio test, with quasi-Poisson likelihoods, does not rule out.
 * Cheaper than the verdict's own test, and monotone, so that bisection finds them.
 */
export function ratioLimits(all: readonly Arms[], phi: number, levels: Levels): Limits {
  const splits = bySplit(all)
  const estimate = rateRatio(splits)
  if (Number.isNaN(estimate)) return nothing
  const middle = Math.min(8, Math.max(-8, Math.log(estimate)))
  const lower = limit(-8, middle, x => logMixture(splits, x, harmful, phi) - levels.harm)
  const upper = limit(8, middle, x => logMixture(splits, x, harmless(Math.exp(x)), phi) - levels.safe)
  return {
    estimate: Number.isFinite(estimate) ? estimate : null,
    lower: lower === null ? 0 : Math.exp(lower),
    upper: upper === null ? null : Math.exp(upper),
  }
}

/** Intervals of equal split share their likelihood ratio, so their events may be added up. */
function bySplit(all: readonly Arms[]): Arms[] {
  const splits = new Map<number, Arms>()
  for (const { b, u, c, v } of all.filter(isExposed)) {
    const sum = splits.get(v / u)
    splits.set(v / u, { b: b + (sum?.b ?? 0), u, c: c + (sum?.c ?? 0), v })
  }
  return [...splits.values()]
}

/** ln of the mixture of Poisson likelihood ratios against the null ratio exp(logRatio), each divided by φ. */
function logMixture(
  splits: readonly Arms[],
  logRatio: number,
  alternatives: readonly Alternative[],
  phi: number,
): number {
  const ratio = Math.exp(logRatio)
  const logs = alternatives.map(({ effect, logWeight }) => {
    const growth = Math.expm1(effect)
    let logLikelihoodRatio = 0
    for (const { b, u, c, v } of splits)
      logLikelihoodRatio += c * effect - (b + c) * Math.log1p(((v * ratio) / (u + v * ratio)) * growth)
    return logWeight + logLikelihoodRatio / phi
  })
  return logSumExp(logs)
}

/**
 * Limits of the rate difference, by the difference tests. A negative limit is the other test with the arms swapped:
 * "at most a below" is "the baseline is at least a above".
 */
export function differenceLimits(
  all: readonly Arms[],
  { kind, phi, levels }: { kind: 'count' | 'proportion'; phi: number; levels: Levels },
): Limits {
  const exposed = all.filter(isExposed)
  if (exposed.length === 0) return nothing
  const estimate = rateDifference(exposed)
  const farthest = kind === 'proportion' ? 1 : largestDifference(exposed)
  const mirrored = exposed.map(swapped)
  const harm = (arms: readonly Arms[], margin: number) => logEOf(differenceHarmTest(margin, phi)(), arms)
  const safe = (arms: readonly Arms[], margin: number) => logEOf(differenceSafeTest(margin, kind, phi)(), arms)

  const isWorse = harm(exposed, 0) >= levels.harm
  const isBetter = harm(mirrored, 0) >= levels.safe
  const lower = isWorse
    ? limit(0, farthest, a => harm(exposed, a) - levels.harm)
    : limit(-farthest, Math.min(0, estimate), a => safe(mirrored, -a) - levels.harm)
  const upper = isBetter
    ? limit(0, -farthest, m => harm(mirrored, -m) - levels.safe)
    : limit(farthest, Math.max(0, estimate), m => safe(exposed, m) - levels.safe)
  // No share can differ by more than everything.
  const certain = kind === 'proportion' ? 1 : null
  return { estimate, lower: lower ?? (certain && -certain), upper: upper ?? certain }
}

/** The value where the evidence against it ends, on the way from `far` to `near`; null when there is none at `far`. */
function limit(far: number, near: number, excess: (value: number) => number): number | null {
  if (!(excess(far) >= 0)) return null
  return crossing(far, near, excess)
}

/**
 * Difference of the rates, each interval weighted by what it can say (uv / (u + v)), so that a changed traffic share
 * does not compare one hour's baseline with another hour's canary.
 */
export function rateDifference(exposed: readonly Arms[]): number {
  let difference = 0
  let weights = 0
  for (const { b, u, c, v } of exposed) {
    const weight = (u * v) / (u + v)
    difference += weight * (c / v - b / u)
    weights += weight
  }
  return difference / weights
}

/** A difference that no test could fail to rule out: far above every rate seen, or what no events can hide. */
function largestDifference(exposed: readonly Arms[]): number {
  const largestRate = exposed.reduce((max, { b, u, c, v }) => Math.max(max, b / u, c / v), 0)
  const exposure = exposed.reduce((sum, { u, v }) => sum + Math.min(u, v), 0)
  return 1_000 * (largestRate + 1 / exposure)
}

function logEOf(test: EventTest, all: readonly Arms[]): number {
  for (const arms of all) test.add(arms)
  return test.logE()
}

/** A pair of values of a series: `harm` grows as the canary gets worse; `reference` is what a relative margin is of. */
export interface Pair {
  harm: number
  reference: number
}

/** Limits of the mean harm of a series, in its own unit or relative to the reference, by the block t-test. */
export function seriesLimits(
  pairs: readonly Pair[],
  { relative, block, levels }: { relative: boolean; block?: number; levels: Levels },
): Limits {
  if (pairs.length === 0) return nothing
  const unit = (pair: Pair) => (relative ? Math.abs(pair.reference) : 1)
  const perUnit = pairs.reduce((sum, pair) => sum + unit(pair), 0)
  const estimate = pairs.reduce((sum, pair) => sum + pair.harm, 0) / perUnit
  if (!Number.isFinite(estimate)) return nothing
  const above = (a: number) =>
    logSeriesE(
      pairs.map(pair => pair.harm - a * unit(pair)),
      block,
    ) - levels.harm
  const below = (m: number) =>
    logSeriesE(
      pairs.map(pair => m * unit(pair) - pair.harm),
      block,
    ) - levels.safe
  const spread = pairs.reduce((max, pair) => Math.max(max, Math.abs(pair.harm - estimate * unit(pair))), 0)
  // Of a constant series, the limits are next to it.
  const far = (1_000 * spread * pairs.length) / perUnit + 1e-9 * Math.abs(estimate)
  return {
    estimate,
    lower: limit(estimate - far, estimate, above),
    upper: limit(estimate + far, estimate, below),
  }
}
