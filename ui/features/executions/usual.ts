import type { Execution } from '../../../pipeline/execution.ts'

/** Fewer than these say nothing about what is usual. */
const enough = 3

/** How long the listed runs of each pipeline took that succeeded: the median, in milliseconds, by pipeline. */
export function usualTimes(executions: readonly Execution[]): ReadonlyMap<string, number> {
  const succeeded = executions.filter(({ status, endedAt }) => status === 'succeeded' && endedAt !== null)
  const times = Map.groupBy(succeeded, ({ pipeline }) => pipeline)
  return new Map(
    [...times]
      .filter(([, runs]) => runs.length >= enough)
      .map(([pipeline, runs]) => [pipeline, median(runs.map(tookOf))]),
  )
}

/** Longer than half as long again as usual is worth a look. */
export function isLong(took: number, usual: number): boolean {
  return took > 1.5 * usual
}

function tookOf({ createdAt, endedAt }: Execution): number {
  return Date.parse(endedAt!) - Date.parse(createdAt)
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
