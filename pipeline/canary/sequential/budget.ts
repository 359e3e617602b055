import type { MetricConfig, SequentialConfig } from '../judge.ts'

/**
 * Each metric's part of the chance of a false fail: α_j = α · v_j / Σ v over the metrics that count, so that the chance
 * of any false fail is at most α, whatever their dependence (Ville's inequality and the union bound).
 *
 * v is the metric's weight, or its group's weight over the metrics of the group when group weights are given. A muted
 * metric takes nothing from the others; it is judged as if it were one more of them.
 */
export function errorBudgets(config: SequentialConfig, metrics: readonly MetricConfig[]): number[] {
  const shares = metrics.map(metric => shareOf(metric, config, metrics))
  const all = metrics.reduce((sum, metric, index) => (metric.muted ? sum : sum + shares[index]!), 0)
  return metrics.map((metric, index) => {
    const share = shares[index]!
    return (config.falseAlarm * share) / (metric.muted ? all + share : all)
  })
}

function shareOf(metric: MetricConfig, config: SequentialConfig, metrics: readonly MetricConfig[]): number {
  const groupWeight = metric.group === undefined ? undefined : config.groupWeights?.[metric.group]
  if (groupWeight === undefined) return metric.weight ?? 1
  const others = metrics.filter(other => other.group === metric.group && !other.muted && other !== metric)
  return groupWeight / (others.length + 1)
}
