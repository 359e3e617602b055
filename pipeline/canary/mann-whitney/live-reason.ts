import type { Margin, MetricConfig } from '../judge.ts'
import { number, percent, share } from '../sequential/wording.ts'
import type { LiveComparison } from './live-metric.ts'
import { fewestValues } from './live-values.ts'
import { mean } from './statistics.ts'

/** One sentence for a person: what was compared, how far the ranks are apart, and what follows. */
export function liveReason(comparison: LiveComparison): string {
  const { metric, values, finding } = comparison
  const { data } = values
  switch (finding) {
    case 'not-rankable':
      return `${metric.name}: a rank test needs one number an interval; give the histogram a threshold, or use the sequential judge`
    case 'too-few':
      return `${metric.name}: ${data.usable} of the ${fewestValues} intervals that a rank test needs have data on both sides${unreadable(comparison)}`
    case 'shifted':
      return `${means(comparison)}: ${shift(comparison)}, which is harm${beyond(comparison)}`
    case 'all-tied':
      return `${means(comparison)}: all values are tied, so the ranks say nothing`
    case 'unreadable':
      return `${metric.name} could not be read at the last look: ${data.unreadable}`
    case 'canary-silent':
      return `${metric.name}: the canary has no data in ${data.canaryAbsent} of ${data.baselineSeen} intervals where the baseline has; more than a tenth is never a pass`
    case 'blind':
      return `${means(comparison)}: more than half of the values are the same, so ranks cannot show whether this is harm; judge it as a count or a proportion, with the sequential judge`
    case 'within-margin':
      return `${means(comparison)}: ${shift(comparison)}, within the margin of ${marginOf(comparison)}`
    case 'identical':
      return `${metric.name}: canary and baseline have the same values`
    case 'no-shift':
      return `${means(comparison)}: ${shift(comparison)}, no harm shown`
  }
}

/** "canary errors 4.9 % against 1.0 % on average". */
function means(comparison: LiveComparison): string {
  const { metric, values } = comparison
  const level = (side: Float64Array) => amount(comparison, mean(side))
  const unit = metric.kind === 'count' ? ' a unit of exposure' : ' on average'
  return `canary ${metric.name} ${level(values.experiment)} against ${level(values.control)}${unit}`
}

/** "by rank the shift is +2.1 to +5.0 points (98 % at a single look)". */
function shift({ metric, lower, upper }: LiveComparison): string {
  if (lower === null || upper === null) return 'the ranks set no limit to the shift'
  const unit = isShare(metric) ? ' points' : ''
  const size = (value: number) => number(Math.abs(isShare(metric) ? 100 * value : value))
  const signed = (value: number) => `${value > 0 ? '+' : value < 0 ? '−' : ''}${size(value)}`
  return `by rank the shift is ${signed(lower)} to ${signed(upper)}${unit} (98 % at a single look)`
}

function beyond(comparison: LiveComparison): string {
  const { failAbove, margin } = comparison.metric
  return failAbove === undefined && margin === undefined ? '' : ` beyond the allowed ${marginOf(comparison)}`
}

function marginOf(comparison: LiveComparison): string {
  const margin: Margin = comparison.metric.failAbove ?? comparison.metric.margin ?? { absolute: 0 }
  return 'relative' in margin ? share(margin.relative) : amount(comparison, margin.absolute)
}

function unreadable({ values: { data } }: LiveComparison): string {
  return data.unreadable === null ? '' : `; at the last look it could not be read: ${data.unreadable}`
}

function amount({ metric }: LiveComparison, value: number): string {
  return isShare(metric) ? percent(value) : number(value)
}

function isShare({ kind }: MetricConfig): boolean {
  return kind === 'proportion' || kind === 'histogram'
}
