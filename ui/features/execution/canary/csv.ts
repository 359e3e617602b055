import type { StageAnalysis } from '../../../../api/contract/analysis.ts'
import type { Observation } from '../../../../pipeline/canary/judge.ts'

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
  return [[...columns, ...sides], ...lines].map(cells => cells.map(cell).join(',')).join('\r\n')
}

function cellsOf(observation: Observation): (string | number)[] {
  const seen: Partial<Record<(typeof parts)[number], unknown>> = observation ?? {}
  return parts.map(part => {
    const value = seen[part]
    return Array.isArray(value) ? value.join(' ') : ((value ?? '') as string | number)
  })
}

/** A spreadsheet takes what begins with one of these for a formula; an apostrophe keeps it text. */
function cell(value: string | number): string {
  const text = typeof value === 'number' ? String(value) : value.replace(/^(?=[=+\-@\t\r])/, "'")
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
