/**
 * The port every judge implements: configuration and evidence in, one judgment out.
 *
 * A judge is pure and deterministic: no clock, no randomness, no I/O. It runs inside an activity, in `slipway judge`,
 * in a backtest and in the browser, and gives the same answer in all of them.
 */

/** `failed` means it was judged bad; `errored` means we could not tell. */
export type Verdict = 'pass' | 'fail' | 'insufficient' | 'errored'

export type Direction = 'increase' | 'decrease' | 'either'

/** Fractions, never percentages: 1 % is `0.01`. Absolute margins of `count` are events per unit of exposure. */
export type Margin = { relative: number } | { absolute: number }

export type MetricKind = 'count' | 'proportion' | 'histogram' | 'series'

export interface MetricConfig {
  name: string
  kind: MetricKind
  /** Which way is harm. Default `increase`. */
  direction?: Direction
  /** How much worse is still acceptable. Without it a metric can fail, never pass. */
  margin?: Margin
  /** Harm up to this much is never a failure. Default: none at all. */
  failAbove?: Margin
  critical?: boolean
  /** Judged and reported, but left out of the overall verdict and of the error budget. */
  muted?: boolean
  weight?: number
  group?: string
  /** `histogram`: upper bounds of the buckets, ascending; `counts` has one more entry than bounds (the overflow). */
  bounds?: readonly number[]
  /** `histogram`: slow means above this bound; must equal one of `bounds`. */
  threshold?: number
  /** `auto` (default) | `strict` | `none` | a measured over-dispersion factor of at least 1. */
  dispersion?: 'auto' | 'strict' | 'none' | number
  /** Intervals that are judged as one. */
  block?: number
  minIntervals?: number
}

/** What was seen of one metric on one side in one interval. Counts are increases within the interval. */
export type Observation =
  | { bad: number; total: number }
  | { events: number }
  | { counts: readonly number[] }
  | { value: number }
  /** The provider answered, but with nothing. */
  | null
  /** The provider could not be read. */
  | { error: string }

export interface Interval {
  baseline: Readonly<Record<string, Observation>>
  canary: Readonly<Record<string, Observation>>
  /** Needed by `count` only: seconds × instances, or another measured exposure of each side. */
  exposure?: { baseline: number; canary: number }
}

export interface Evidence {
  metrics: readonly MetricConfig[]
  intervals: readonly Interval[]
  /** At the last look metrics that could not be read are `errored`; before it they are `insufficient`. */
  last: boolean
  /**
   * Index of the first interval that counts towards a pass, for a step that asks for a pass of its own. Harm is tested
   * over all intervals all the same. Default 0.
   */
  passSince?: number
}

/** What a metric is held against. */
export interface Threshold {
  margin: Margin | null
  failAbove: Margin | null
  /** Evidence that fails it, and that passes it; null where evidence does not decide, or there is no margin. */
  fail: number | null
  pass: number | null
}

export interface MetricJudgment {
  name: string
  verdict: Verdict
  critical: boolean
  muted: boolean
  group: string | null
  /** The e-value behind the verdict: for harm when it fails, for non-inferiority when it passes, else the larger one. */
  evidence: number
  evidenceFor: 'fail' | 'pass'
  /** Ratio or difference of canary and baseline, as `scale` says; null when there is nothing to estimate from. */
  estimate: number | null
  lower: number | null
  upper: number | null
  scale: 'ratio' | 'difference'
  threshold: Threshold
  /** Totals the judgment used, for the report. */
  baseline: Observation
  canary: Observation
  /** One sentence a person needs. */
  reason: string
}

export interface Judgment {
  verdict: Verdict
  /** Number of intervals after which the verdict was final; null while it is not. */
  decidedAt: number | null
  reason: string
  metrics: MetricJudgment[]
  judge: { type: string; version: string }
}

export interface SequentialConfig {
  type: 'sequential'
  /** Chance that an equal canary is ever failed, over all looks and metrics. A fraction. */
  falseAlarm: number
  /** Chance that a canary at the margin passes. A fraction. Default: `falseAlarm`. */
  falsePass?: number
  /** Splits the error budget by group instead of by metric: a group's weight is shared evenly by its metrics. */
  groupWeights?: Readonly<Record<string, number>>
}

/** Thresholds are scores, 0 to 100. */
export interface MannWhitneyConfig {
  type: 'mann-whitney'
  pass: number
  marginal: number
}

export type JudgeConfig = SequentialConfig | MannWhitneyConfig

/** An absolute limit that acts at once: fails when the canary's share (or value) is above it on enough events. */
export interface Guardrail {
  metric: string
  above: number
  /** Total events (or, for `series`, points) before it may act. */
  atLeast: number
}
