import type { MetricConfig, MetricJudgment, Verdict } from '../judge.ts'
import { amountOf } from './config-problems.ts'
import type { DataRecord } from './data-rules.ts'
import { finiteE, logThreshold } from './e-value.ts'
import { scaleOf } from './event-direction.ts'
import type { MetricReader } from './metric-reader.ts'
import type { Direction } from './metric-track.ts'
import { reasonOf } from './reason.ts'
import { mirrored, withinVerdict } from './shown-limits.ts'

/** All that a report on one metric is made from. */
export interface Findings<T> {
  metric: MetricConfig
  verdict: Verdict
  /** The direction that failed; null when none did. */
  failing: Direction<T> | null
  directions: readonly Direction<T>[]
  reader: MetricReader<T>
  data: DataRecord
  minIntervals: number
  /** Budget of one direction. */
  falseFail: number
  falsePass: number
}

/** The report on one metric: evidence, limits, numbers used, and the sentence a person needs. */
export function metricJudgment<T>(findings: Findings<T>): MetricJudgment {
  const { metric, verdict, failing, directions, reader, data, minIntervals, falseFail, falsePass } = findings
  const shown = failing ?? directions[0]!
  const oneSided = directions.length === 1 || failing !== null
  const lowerBudget = oneSided ? falseFail : falsePass
  const levels = { harm: logThreshold(lowerBudget), safe: logThreshold(falsePass) }
  const { bound, ...found } = shown.test.limits(levels, verdict === 'pass' ? 'safe' : 'harm')
  const scale = scaleOf(metric)
  const harm = withinVerdict(found, metric, { verdict, bothWays: !oneSided })
  const totals = reader.totals(bound)
  const { evidence, evidenceFor } = evidenceOf(findings)
  return {
    name: metric.name,
    verdict,
    critical: metric.critical ?? false,
    muted: metric.muted ?? false,
    group: metric.group ?? null,
    evidence,
    evidenceFor,
    ...(shown.side === 'up' ? harm : mirrored(harm, scale)),
    scale,
    threshold: {
      margin: metric.margin ?? null,
      failAbove: metric.failAbove !== undefined && amountOf(metric.failAbove) > 0 ? metric.failAbove : null,
      fail: 1 / falseFail,
      pass: metric.margin === undefined ? null : 1 / falsePass,
    },
    baseline: totals.baseline,
    canary: totals.canary,
    reason: reasonOf({
      metric,
      verdict,
      scale,
      harm,
      sides: oneSided ? shown.side : 'both',
      evidence,
      totals,
      bound,
      data,
      minIntervals,
      lowerBudget,
      upperBudget: falsePass,
    }),
  }
}

/** E for harm when it fails, for harmlessness when it passes, else the larger one. */
function evidenceOf<T>({
  verdict,
  failing,
  directions,
}: Findings<T>): Pick<MetricJudgment, 'evidence' | 'evidenceFor'> {
  const harm = Math.max(...(failing ? [failing] : directions).map(({ test }) => test.harm.logE()))
  const safe = Math.min(...directions.map(({ test }) => test.safeSinceRestart()?.logE() ?? Number.NEGATIVE_INFINITY))
  const forPass = verdict === 'pass' || (verdict !== 'fail' && safe > harm)
  return { evidence: finiteE(forPass ? safe : harm), evidenceFor: forPass ? 'pass' : 'fail' }
}
