import type { Evidence, Judgment, MannWhitneyConfig, MetricConfig, MetricJudgment } from '../judge.ts'
import { judgeLiveMetric } from './live-metric.ts'
import { roundHalfUp } from './round-half-up.ts'

const judgeName = { type: 'mann-whitney', version: '1' }

/**
 * Kayenta's judge for a live canary: every metric by the rank test of `NetflixACAJudge-v1.0`, all of them by one score.
 *
 * The score is the weight of the metrics that pass in that of all, 0 to 100. At or below `marginal` the canary fails at
 * any look; at or above `pass` it passes, but only at the last one, as in Kayenta, where a score in between means "go
 * on". A critical metric that fails, fails the canary.
 *
 * It fails closed where the original does not: what is undecided counts as not passing when a pass is at stake, and as
 * passing when a failure is. An exact copy of the original is `judgeKayentaCase`.
 *
 * The test assumes independent values and one look. At 12 looks an equal canary fails in 0.9 %, and in 36 % when the
 * values depend on each other (lag-1 correlation 0.6): the sequential judge has neither problem.
 */
export function judgeMannWhitney(config: MannWhitneyConfig, evidence: Evidence): Judgment {
  refuseNonsense(config, evidence.metrics)
  const whole = judgeIntervals(config, evidence)
  if (whole.verdict !== 'pass' || !evidence.passSince) return whole
  const own = judgeIntervals(config, { ...evidence, intervals: evidence.intervals.slice(evidence.passSince) })
  return own.verdict === 'pass' ? whole : { ...whole, ...undecided(`since the step began: ${own.reason}`) }
}

function judgeIntervals(config: MannWhitneyConfig, { metrics, intervals, last }: Evidence): Judgment {
  const judged = metrics.map(metric => judgeLiveMetric(metric, intervals, last))
  const overall = overallOf(config, weigh(metrics, judged), last)
  const decidedAt = overall.verdict === 'pass' || overall.verdict === 'fail' ? intervals.length : null
  return { ...overall, decidedAt, metrics: judged, judge: judgeName }
}

type Overall = Pick<Judgment, 'verdict' | 'reason'>

interface Weighed extends MetricJudgment {
  weight: number
}

function weigh(metrics: readonly MetricConfig[], judged: readonly MetricJudgment[]): Weighed[] {
  return judged
    .map((metric, index) => ({ ...metric, weight: metrics[index]!.weight ?? 1 }))
    .filter(metric => !metric.muted)
}

function overallOf({ pass, marginal }: MannWhitneyConfig, metrics: readonly Weighed[], last: boolean): Overall {
  if (metrics.length === 0) return undecided('there is no metric to judge by')
  const critical = metrics.filter(metric => metric.critical)
  const failed = critical.find(metric => metric.verdict === 'fail')
  if (failed) return { verdict: 'fail', reason: `the critical metric ${failed.name} failed` }

  const atMost = scoreOf(metrics, ({ verdict }) => verdict !== 'fail')
  if (atMost <= marginal) {
    return { verdict: 'fail', reason: `score ${atMost} of 100, ${marginal} or less fails: ${namesOf(metrics, 'fail')}` }
  }
  const unread = critical.find(metric => metric.verdict === 'errored')
  if (unread) return { verdict: 'errored', reason: `the critical metric ${unread.name} could not be read` }
  if (metrics.every(metric => metric.verdict === 'errored')) {
    return { verdict: 'errored', reason: 'no metric could be read' }
  }
  const open = critical.find(metric => metric.verdict !== 'pass')
  if (open) return undecided(`the critical metric ${open.name} is not decided`)

  const atLeast = scoreOf(metrics, ({ verdict }) => verdict === 'pass')
  if (!last) return undecided(`score ${atLeast} of 100 so far; a pass is given at the last look only`)
  if (atLeast >= pass && metrics.some(metric => metric.verdict === 'pass')) {
    return { verdict: 'pass', reason: `score ${atLeast} of 100, ${pass} passes` }
  }
  return undecided(`score ${atLeast} of 100: above ${marginal}, but a pass needs ${pass}`)
}

function undecided(reason: string): Overall & { decidedAt: null } {
  return { verdict: 'insufficient', reason, decidedAt: null }
}

function scoreOf(metrics: readonly Weighed[], passes: (metric: Weighed) => boolean): number {
  const sum = (some: readonly Weighed[]) => some.reduce((total, { weight }) => total + weight, 0)
  return roundHalfUp((sum(metrics.filter(passes)) / sum(metrics)) * 100)
}

function namesOf(metrics: readonly Weighed[], verdict: Weighed['verdict']): string {
  const names = metrics.filter(metric => metric.verdict === verdict).map(({ name }) => name)
  return `${names.join(', ')} failed`
}

function refuseNonsense({ pass, marginal }: MannWhitneyConfig, metrics: readonly MetricConfig[]): void {
  if (!(pass > marginal && Number.isFinite(pass - marginal))) {
    throw new RangeError(`"pass" (${pass}) must be above "marginal" (${marginal}), both scores from 0 to 100`)
  }
  const weightless = metrics.find(({ weight = 1 }) => !(weight > 0 && Number.isFinite(weight)))
  if (weightless) throw new RangeError(`the weight of ${weightless.name} must be a positive number`)
}
