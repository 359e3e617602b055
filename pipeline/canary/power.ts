import type { Margin } from './judge.ts'
import type { Arms } from './sequential/arms.ts'
import { differenceSafeTest } from './sequential/difference-test.ts'
import { lowerQuartile, unknownDispersion } from './sequential/dispersion.ts'
import { logThreshold } from './sequential/e-value.ts'
import { type RatioTest, ratioHarmTest, ratioSafeTest } from './sequential/ratio-test.ts'
import { blockLength, logBlockE } from './sequential/series-test.ts'

/** What is assumed of a step: its traffic, its error rates, and what the judge may get wrong. */
export interface Assumptions {
  kind: 'count' | 'proportion'
  /** Exposure of each side in one interval: requests, or seconds × instances. */
  exposure: { baseline: number; canary: number }
  /** Bad events per unit of exposure: of the baseline, and of the canary that should be found. */
  rates: { baseline: number; canary: number }
  margin?: Margin
  /** Budget of this metric, after the split over all of them. */
  falseFail: number
  falsePass: number
}

/** Intervals until half, and nine of ten, of such canaries have their verdict; null when that takes too long to say. */
export interface Duration {
  median: number | null
  nineOfTen: number | null
}

/** Longest plan: a year of intervals of half a minute. */
const longest = 1_000_000

/** Intervals that a pass needs at least. */
const minIntervals = 5

/**
 * How long until the canary with the assumed regression fails: the judge itself on expected data, with the split of the
 * events shifted by z standard errors against the verdict. The z and the added intervals were fitted to simulations.
 */
export function timeToFail({ exposure, rates, falseFail }: Assumptions): Duration {
  const expected = expectedArms(exposure, rates.baseline, rates.canary)
  const start = ratioHarmTest(1, 'auto')
  const at = (z: number) => firstInterval(t => reachesAfter(start(), shifted(expected, t, -z), t, falseFail))
  return { median: plus(at(-0.1), 1), nineOfTen: plus(at(1.2), 2) }
}

/** How long until a canary that equals the baseline passes; null where there is no margin. */
export function timeToPass(assumptions: Assumptions): Duration | null {
  const { kind, exposure, rates, margin, falsePass } = assumptions
  if (margin === undefined) return null
  const expected = expectedArms(exposure, rates.baseline, rates.baseline)
  if ('relative' in margin) {
    const start = ratioSafeTest(1 + margin.relative, 'auto')
    const at = (z: number) => firstInterval(t => reachesAfter(start(), shifted(expected, t, z), t, falsePass))
    return { median: atLeast(plus(at(0), 1)), nineOfTen: atLeast(plus(at(1.2), 2)) }
  }
  const at = (z: number) =>
    firstInterval(t => {
      const test = differenceSafeTest(margin.absolute, kind, expectedDispersion(expected, t))()
      // Likelihood ratios of fixed alternatives add up: t equal intervals are one of t times the size.
      const { b, u, c, v } = shifted(expected, t, z)
      test.add({ b: b * t, u: u * t, c: c * t, v: v * t })
      return test.reaches(logThreshold(falsePass))
    })
  return { median: atLeast(at(0)), nineOfTen: atLeast(at(1.2)) }
}

/**
 * The same for a series: a lasting shift, in standard deviations of the difference of the two sides, whose points follow
 * each other with the given lag-1 correlation.
 */
export function timeToFailOfSeries(assumed: { shift: number; correlation: number; falseFail: number }): Duration {
  const { shift, correlation, falseFail } = assumed
  const length = blockLength(correlation)
  const effect = shift * Math.sqrt((length * (1 - correlation)) / (1 + correlation))
  const at = (z: number) => {
    const blocks = firstInterval(k => {
      const seen = effect - z / Math.sqrt(k)
      return k >= 2 && logBlockE(k, k * seen, k * seen * seen + k - 1) >= logThreshold(falseFail)
    })
    return blocks === null ? null : blocks * length
  }
  return { median: at(0), nineOfTen: at(1.2) }
}

function expectedArms({ baseline, canary }: Assumptions['exposure'], baselineRate: number, canaryRate: number): Arms {
  return { b: baseline * baselineRate, u: baseline, c: canary * canaryRate, v: canary }
}

/** One of t equal intervals, when the canary got z standard errors more of all their events than expected. */
function shifted(expected: Arms, t: number, z: number): Arms {
  const { b, c } = expected
  const events = b + c
  if (!(events > 0)) return expected
  const theta = c / events
  const share = Math.min(1, Math.max(0, theta + z * Math.sqrt((theta * (1 - theta)) / (events * t))))
  return { ...expected, b: events * (1 - share), c: events * share }
}

function reachesAfter(test: RatioTest, arms: Arms, times: number, budget: number): boolean {
  test.add(arms, times)
  return test.reaches(logThreshold(budget))
}

/** What over-dispersion will be measured as after t intervals, though there is none (see `overDispersion`). */
function expectedDispersion(expected: Arms, t: number): number {
  const { b, c } = expected
  const both = Math.min(b, c) * t >= 10
  if (!both && Math.max(b, c) * t < 10) return unknownDispersion
  const blocks = both ? Math.floor(t / Math.ceil(10 / (b + c))) : t
  const degrees = blocks - 1
  return degrees < 1 ? unknownDispersion : Math.max(1, degrees / lowerQuartile(degrees))
}

/** The first number of intervals that is enough, by doubling and halving; null when none up to `longest` is. */
function firstInterval(isEnough: (t: number) => boolean): number | null {
  let enough = 1
  while (!isEnough(enough)) {
    enough *= 2
    if (enough > longest) return null
  }
  let tooFew = enough / 2
  while (enough - tooFew > 1) {
    const middle = Math.floor((tooFew + enough) / 2)
    if (isEnough(middle)) enough = middle
    else tooFew = middle
  }
  return enough
}

function plus(intervals: number | null, more: number): number | null {
  return intervals === null ? null : intervals + more
}

function atLeast(intervals: number | null): number | null {
  return intervals === null ? null : Math.max(minIntervals, intervals)
}
