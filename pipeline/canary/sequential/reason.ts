import type { MetricConfig, Verdict } from '../judge.ts'
import { amountOf } from './config-problems.ts'
import { type DataRecord, isCanaryPresent } from './data-rules.ts'
import type { Limits } from './interval.ts'
import type { Totals } from './metric-reader.ts'
import { inWords, number, oneIn, percent, share } from './wording.ts'

/** What a sentence about one metric is made from. */
export interface Facts {
  metric: MetricConfig
  verdict: Verdict
  scale: 'ratio' | 'difference'
  /** Limits of the harm: larger is worse, whichever way harm is. */
  harm: Limits
  /** Which way harm is; `both`: only "different" can be said. */
  sides: 'up' | 'down' | 'both'
  evidence: number
  totals: Totals
  bound: number | null
  data: DataRecord
  minIntervals: number
  lowerBudget: number
  upperBudget: number
}

/** One sentence for a person: what was compared, how much worse it can be, and how sure that is. */
export function reasonOf(facts: Facts): string {
  switch (facts.verdict) {
    case 'fail':
      return `${comparison(facts)}: ${range(facts)}; were it ${allowed(facts)}, ${oneIn(facts.evidence)} would look like this`
    case 'pass':
      return `${comparison(facts)}: ${range(facts)}, within the margin of ${marginOf(facts)}; were it at the margin, ${oneIn(facts.evidence)} would look like this`
    case 'errored':
      return `${facts.metric.name} could not be read: ${facts.data.unreadable ?? 'no interval had data on both sides'}`
    case 'insufficient':
      return insufficient(facts)
  }
}

/** The first thing that stands in the way of a verdict. */
function insufficient(facts: Facts): string {
  const { metric, data, minIntervals, totals } = facts
  if (data.intervals === 0) return `${metric.name}: no interval has been seen yet`
  if (data.unreadable !== null) return `${metric.name} could not be read at the last look: ${data.unreadable}`
  if (data.usable === 0) return `${metric.name}: ${nothingUsable(data, totals)}`
  if (!isCanaryPresent(data))
    return `${metric.name}: the canary has no data in ${data.canaryAbsent} of ${data.baselineSeen} intervals where the baseline has; more than a tenth is never a pass`
  const seen = `${comparison(facts)}: ${range(facts)}`
  if (metric.margin === undefined) return `${seen}; not shown to be worse, and without a margin it can never pass`
  if (data.usable < minIntervals)
    return `${seen}; only ${data.usable} of the ${minIntervals} intervals that a pass needs have data`
  if (facts.harm.estimate === null && facts.scale === 'ratio' && metric.kind !== 'series')
    return `${metric.name}: too few events to compare; a relative margin needs events, an absolute one does not`
  return `${seen}; neither harm nor staying within the margin of ${marginOf(facts)} is shown yet`
}

function nothingUsable(data: DataRecord, { baselineLevel, canaryLevel }: Totals): string {
  if (data.baselineSeen === 0) return 'the baseline has no data'
  if (data.canaryAbsent === data.baselineSeen) return 'the canary has no data'
  if (canaryLevel === null) return 'there was no traffic on the canary'
  if (baselineLevel === null) return 'there was no traffic on the baseline'
  return 'no interval has data on both sides'
}

/** "canary errors 4.9 % against 1.0 %". */
function comparison({ metric, totals, bound }: Facts): string {
  const isShare = metric.kind === 'proportion' || metric.kind === 'histogram'
  const level = (value: number | null) => (value === null ? 'nothing' : isShare ? percent(value) : number(value))
  const above = bound === null ? '' : ` above ${number(bound)}`
  const unit = metric.kind === 'count' ? ' a unit of exposure' : metric.kind === 'series' ? ' on average' : ''
  return `canary ${metric.name} ${level(totals.canaryLevel)} against ${level(totals.baselineLevel)}${above}${unit}`
}

/** "between 2.4 and 5.6 points worse (98 % each side, valid at every look)". */
function range(facts: Facts): string {
  const text = facts.scale === 'ratio' ? ratioRange(facts) : differenceRange(facts)
  if (text === null) return 'the data set no limit to the difference yet'
  return `${text} (${confidence(facts)}, valid at every look)`
}

function confidence({ lowerBudget, upperBudget, verdict, harm }: Facts): string {
  const lower = share(1 - lowerBudget)
  const upper = share(1 - upperBudget)
  if (verdict === 'pass' && harm.lower === null) return upper
  return lower === upper ? `${lower} each side` : `${lower} for the lower and ${upper} for the upper limit`
}

function ratioRange({ harm, sides }: Facts): string | null {
  const { lower, upper } = sides === 'down' ? { lower: inverse(harm.upper) ?? 0, upper: inverse(harm.lower) } : harm
  const hasLower = lower !== null && lower > 0
  if (hasLower && upper !== null) return `between ${number(lower)} and ${number(upper)} times the baseline`
  if (hasLower) return `at least ${number(lower)} times the baseline`
  return upper === null ? null : `at most ${number(upper)} times the baseline`
}

function inverse(value: number | null): number | null {
  return value !== null && value > 0 ? 1 / value : null
}

function differenceRange({ metric, harm, sides }: Facts): string | null {
  const words = sides === 'both' ? { more: 'higher', less: 'lower' } : { more: 'worse', less: 'better' }
  return inWords(harm, words, unitOf(metric))
}

function unitOf(metric: MetricConfig): 'points' | 'plain' {
  return metric.kind === 'proportion' || metric.kind === 'histogram' ? 'points' : 'plain'
}

function allowed({ metric, sides }: Facts): string {
  const amount = metric.failAbove === undefined ? 0 : amountOf(metric.failAbove)
  if (amount > 0) return 'worse by no more than is allowed'
  return sides === 'both' ? 'no different' : 'no worse'
}

function marginOf({ metric }: Facts): string {
  const margin = metric.margin!
  if ('relative' in margin) return share(margin.relative)
  if (unitOf(metric) === 'plain') return number(margin.absolute)
  return margin.absolute === 0.01 ? '1 point' : `${number(100 * margin.absolute)} points`
}
