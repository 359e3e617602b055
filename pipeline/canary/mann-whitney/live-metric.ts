import type { Interval, Margin, MetricConfig, MetricJudgment, Verdict } from '../judge.ts'
import { isCanaryPresent } from '../sequential/data-rules.ts'
import { classify, type RankClassification } from './classify.ts'
import { javaRandom } from './java-random.ts'
import { liveReason } from './live-reason.ts'
import { fewestValues, isRankable, type LiveValues, liveValues } from './live-values.ts'
import { seedOf } from './seed.ts'
import type { RankSettings } from './settings.ts'
import { largest, mean, smallest } from './statistics.ts'

/** The root finder stops within 1e-4, so a bound that near to 0 is noise and not a shift. */
const resolution = 1e-3
/** Data are scaled up to this range, where 1e-4 is nothing. The original is blind to what is smaller than 1e-4. */
const wantedRange = 1024

/** What stands behind the verdict on one metric; exactly one of these holds. */
export type Finding =
  | 'not-rankable'
  | 'too-few'
  | 'shifted'
  | 'all-tied'
  | 'unreadable'
  | 'canary-silent'
  /** More than half of all values are the same and the means differ by more than the margin: ranks cannot see it. */
  | 'blind'
  | 'within-margin'
  | 'identical'
  | 'no-shift'

/** The rank test on one live metric; bounds in its own unit. */
export interface LiveComparison {
  metric: MetricConfig
  values: LiveValues
  classification: RankClassification | null
  lower: number | null
  upper: number | null
  estimate: number | null
  finding: Finding
}

/**
 * Judges one metric of a live canary by its ranks.
 *
 * Fails where the original says High or Low (in the direction that is harm) and the means are apart by at least what
 * `failAbove`, else `margin`, allows; by default they must at least agree with the ranks. Where the original passes for
 * want of data, this is undecided: unreadable or missing data, a silent canary, fewer than 5 values a side, metrics
 * that ranks are blind to. Differences, not ratios, are held against the margin, so that negative values can fail too.
 */
export function judgeLiveMetric(metric: MetricConfig, intervals: readonly Interval[], last: boolean): MetricJudgment {
  const comparison = compareLive(metric, liveValues(metric, intervals))
  const verdict = verdictOf(comparison, last)
  return {
    name: metric.name,
    verdict,
    critical: metric.critical ?? false,
    muted: metric.muted ?? false,
    group: metric.group ?? null,
    // The rank test of a fixed sample has no e-value; 1 claims nothing.
    evidence: 1,
    evidenceFor: verdict === 'pass' ? 'pass' : 'fail',
    estimate: comparison.estimate,
    lower: comparison.lower,
    upper: comparison.upper,
    scale: 'difference',
    threshold: { margin: metric.margin ?? null, failAbove: metric.failAbove ?? null, fail: null, pass: null },
    baseline: comparison.values.baseline,
    canary: comparison.values.canary,
    reason: liveReason(comparison),
  }
}

function verdictOf({ finding, values }: LiveComparison, last: boolean): Verdict {
  switch (finding) {
    case 'shifted':
      return 'fail'
    case 'identical':
    case 'no-shift':
    case 'within-margin':
      return 'pass'
    case 'not-rankable':
    case 'unreadable':
      return last ? 'errored' : 'insufficient'
    case 'too-few':
      return last && values.data.everUnreadable ? 'errored' : 'insufficient'
    case 'all-tied':
    case 'canary-silent':
    case 'blind':
      return 'insufficient'
  }
}

function compareLive(metric: MetricConfig, values: LiveValues): LiveComparison {
  const nothing = { metric, values, classification: null, lower: null, upper: null, estimate: null }
  if (!isRankable(metric)) return { ...nothing, finding: 'not-rankable' }
  if (values.data.usable < fewestValues) return { ...nothing, finding: 'too-few' }

  const unit = unitOf(values)
  const scaled = {
    experiment: values.experiment.map(value => value / unit),
    control: values.control.map(value => value / unit),
  }
  const classification = classify(metric.name, scaled, settingsOf(metric), () =>
    javaRandom(seedOf(metric.name, values.experiment, values.control)),
  )
  const found = classification.comparison
  return {
    metric,
    values,
    classification,
    // On data full of ties the bounds may come out crossed.
    lower: found && finite(Math.min(found.lower, found.upper) * unit),
    upper: found && finite(Math.max(found.lower, found.upper) * unit),
    estimate: found && finite(found.estimate * unit),
    finding: findingOf(metric, values, classification),
  }
}

function findingOf(metric: MetricConfig, values: LiveValues, classification: RankClassification): Finding {
  if (classification.label === 'Error') return 'all-tied'
  const harm = harmOf(metric, values)
  const shifted = isShifted(classification)
  const allowed = allowance(metric, values)
  if (shifted && harm >= allowed) return 'shifted'
  if (values.data.unreadable !== null) return 'unreadable'
  if (!isCanaryPresent(values.data)) return 'canary-silent'
  if (classification.path !== 'mannwhitney') return 'identical'
  if (isFullOfTies(values) && harm > allowed) return 'blind'
  return shifted ? 'within-margin' : 'no-shift'
}

/** High or Low by more than the root finder's error. The direction that is no harm has been left out before. */
function isShifted({ label, comparison }: RankClassification): boolean {
  if (comparison === null) return false
  return (label === 'High' && comparison.lower > resolution) || (label === 'Low' && comparison.upper < -resolution)
}

/** By how much the canary's mean is worse. */
function harmOf(metric: MetricConfig, { experiment, control }: LiveValues): number {
  const difference = mean(experiment) - mean(control)
  if (metric.direction === 'either') return Math.abs(difference)
  return metric.direction === 'decrease' ? -difference : difference
}

/** How much of it is allowed. */
function allowance(metric: MetricConfig, { control }: LiveValues): number {
  const margin: Margin = metric.failAbove ?? metric.margin ?? { absolute: 0 }
  return 'absolute' in margin ? margin.absolute : margin.relative * Math.abs(mean(control))
}

/** More than half of the values of both sides are one and the same: then it is the median, in the middle of all. */
function isFullOfTies(values: LiveValues): boolean {
  const sorted = bothSides(values).sort()
  const median = sorted[Math.floor(sorted.length / 2)]
  return sorted.filter(value => value === median).length > sorted.length / 2
}

function bothSides({ experiment, control }: LiveValues): Float64Array {
  const all = new Float64Array(experiment.length + control.length)
  all.set(experiment)
  all.set(control, experiment.length)
  return all
}

/** A power of two, so that dividing by it changes no digit. 1 for data of an ordinary size. */
function unitOf(values: LiveValues): number {
  const all = bothSides(values)
  const range = largest(all) - smallest(all)
  if (!(range > 0 && range < wantedRange)) return 1
  return 2 ** Math.max(-1000, Math.floor(Math.log2(range / wantedRange)))
}

/** Ranks only: the original's limits on the ratio of the means are replaced by those on their difference. */
function settingsOf(metric: MetricConfig): RankSettings {
  return {
    direction: metric.direction ?? 'increase',
    nanStrategy: 'remove',
    outlierFactor: null,
    critical: false,
    mustHaveData: false,
    muted: false,
    effect: {
      measure: 'mean-ratio',
      allowedIncrease: Number.NEGATIVE_INFINITY,
      allowedDecrease: Number.POSITIVE_INFINITY,
      criticalIncrease: Number.NEGATIVE_INFINITY,
      criticalDecrease: Number.POSITIVE_INFINITY,
    },
  }
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null
}
