import type { Margin, MetricConfig } from '../../../../pipeline/canary/judge.ts'
import { errorBudgets } from '../../../../pipeline/canary/sequential/budget.ts'
import { expandMetrics } from '../../../../pipeline/presets.ts'
import type { Analysis } from '../../../../pipeline/schema/analysis.ts'

/** How much evidence it takes to decide a metric. */
export interface Threshold {
  fail: number
  pass: number
}

/** By the name of the metric; empty for a judge that does not go by evidence. */
export function thresholdsOf({ judge, ...analysis }: Analysis): ReadonlyMap<string, Threshold> {
  if (judge.type !== 'sequential') return new Map()
  const metrics = expandMetrics(analysis).map(({ config }) => config)
  const budgets = errorBudgets(judge as Parameters<typeof errorBudgets>[0], metrics)
  const pass = 1 / (judge.falsePass ?? judge.falseAlarm)
  return new Map(metrics.map((metric, index) => [metric.name, { fail: directions(metric) / budgets[index]!, pass }]))
}

/** How much worse each metric may be, by its name; metrics without a margin are not in it. */
export function marginsOf(analysis: Pick<Analysis, 'metrics'>): ReadonlyMap<string, Margin> {
  const configs = expandMetrics(analysis).map(({ config }) => config)
  return new Map(configs.flatMap(({ name, margin }) => (margin === undefined ? [] : [[name, margin] as const])))
}

/** Harm either way is two tests, and each gets half of the chance of a false alarm. */
function directions({ direction }: MetricConfig): 1 | 2 {
  return direction === 'either' ? 2 : 1
}
