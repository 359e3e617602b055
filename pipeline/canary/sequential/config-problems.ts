import type { Margin, MetricConfig, SequentialConfig } from '../judge.ts'

/** Something in a configuration that has no meaning; `path` leads to it from the object that was checked. */
export interface Problem {
  path: (string | number)[]
  message: string
}

/** Everything that types cannot say about a judge's settings. */
export function judgeProblems(config: SequentialConfig): Problem[] {
  const problems: Problem[] = []
  for (const key of ['falseAlarm', 'falsePass'] as const) {
    const chance = config[key]
    if (chance === undefined && key === 'falsePass') continue
    if (!(chance! > 0 && chance! <= 0.5)) problems.push({ path: [key], message: 'must be above 0 and at most 50 %' })
  }
  for (const [group, weight] of Object.entries(config.groupWeights ?? {}))
    if (!isPositive(weight)) problems.push({ path: ['groupWeights', group], message: 'must be a positive number' })
  return problems
}

/** Everything that types cannot say about one metric. */
export function metricProblems(metric: MetricConfig): Problem[] {
  return [...marginProblems(metric), ...histogramProblems(metric), ...numberProblems(metric)]
}

/** Names that occur twice: evidence is found by name. */
export function nameProblems(metrics: readonly MetricConfig[]): Problem[] {
  const seen = new Set<string>()
  const problems: Problem[] = []
  for (const [index, { name }] of metrics.entries()) {
    if (seen.has(name)) problems.push({ path: [index, 'name'], message: `two metrics are called ${name}` })
    seen.add(name)
  }
  return problems
}

/** The amount of a margin, whatever its form. */
export function amountOf(margin: Margin): number {
  return 'relative' in margin ? margin.relative : margin.absolute
}

function marginProblems({ kind, margin, failAbove }: MetricConfig): Problem[] {
  const problems: Problem[] = []
  const isShare = kind === 'proportion' || kind === 'histogram'
  if (margin !== undefined) {
    if (!isPositive(amountOf(margin))) problems.push({ path: ['margin'], message: 'must be above 0' })
    if (isShare && 'absolute' in margin && margin.absolute >= 1)
      problems.push({
        path: ['margin', 'absolute'],
        message: 'a share cannot be worse by 100 percentage points or more',
      })
  }
  if (failAbove === undefined || amountOf(failAbove) === 0) return problems
  if (!isPositive(amountOf(failAbove))) problems.push({ path: ['failAbove'], message: 'must not be negative' })
  if (margin === undefined) return problems
  if ('relative' in margin !== 'relative' in failAbove)
    problems.push({ path: ['failAbove'], message: 'must be relative or absolute as the margin is' })
  else if (amountOf(failAbove) > amountOf(margin))
    problems.push({ path: ['failAbove'], message: 'must not be above the margin' })
  return problems
}

function histogramProblems({ kind, bounds, threshold }: MetricConfig): Problem[] {
  if (kind !== 'histogram') {
    const path = bounds !== undefined ? ['bounds'] : ['threshold']
    if (bounds === undefined && threshold === undefined) return []
    return [{ path, message: `belongs to histograms, not to a ${kind}` }]
  }
  if (bounds === undefined || bounds.length === 0)
    return [{ path: ['bounds'], message: 'a histogram needs the upper bounds of its buckets' }]
  const ascending = bounds.every((bound, k) => Number.isFinite(bound) && (k === 0 || bound > bounds[k - 1]!))
  if (!ascending) return [{ path: ['bounds'], message: 'must be finite and ascending' }]
  if (threshold !== undefined && !bounds.includes(threshold))
    return [{ path: ['threshold'], message: `must equal one of the bounds ${bounds.join(', ')}` }]
  return []
}

function numberProblems({ dispersion, block, minIntervals, weight }: MetricConfig): Problem[] {
  const problems: Problem[] = []
  if (typeof dispersion === 'number' && !(dispersion >= 1 && Number.isFinite(dispersion)))
    problems.push({ path: ['dispersion'], message: 'a measured over-dispersion is at least 1' })
  if (block !== undefined && !(Number.isInteger(block) && block >= 1))
    problems.push({ path: ['block'], message: 'must be a whole number of intervals' })
  if (minIntervals !== undefined && !(Number.isInteger(minIntervals) && minIntervals >= 1))
    problems.push({ path: ['minIntervals'], message: 'must be a whole number of intervals' })
  if (weight !== undefined && !isPositive(weight)) problems.push({ path: ['weight'], message: 'must be above 0' })
  return problems
}

function isPositive(value: number): boolean {
  return value > 0 && Number.isFinite(value)
}
