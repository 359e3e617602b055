import type { StageAnalysis } from '../../../../api/contract/analysis.ts'
import type { Observation } from '../../../../pipeline/canary/judge.ts'
import { csv } from '../../../words/csv.ts'

const columns = ['metric', 'look', 'from', 'to', 'weight', 'state'] as const
const parts = ['bad', 'total', 'events', 'value', 'counts', 'error'] as const

/** Everything the judge saw, one line a metric and look, oldest first. */
export function csvOf({ metrics }: StageAnalysis): string {
  const sides = (['baseline', 'canary'] as const).flatMap(side => parts.map(part => `${side}_${part}`))
  const lines = metrics.flatMap(({ name, points }) =>
    points.map(({ look, from, to, weights, state, baseline, canary }) => [
      ...[name, look, from, to, weights.canary ?? 0, state],
      ...cellsOf(baseline),
      ...cellsOf(canary),
    ]),
  )
  return csv([[...columns, ...sides], ...lines])
}

function cellsOf(observation: Observation): (string | number)[] {
  const seen: Partial<Record<(typeof parts)[number], unknown>> = observation ?? {}
  return parts.map(part => {
    const value = seen[part]
    return Array.isArray(value) ? value.join(' ') : ((value ?? '') as string | number)
  })
}
