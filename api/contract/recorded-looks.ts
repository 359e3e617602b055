import type { RecordedLook } from '../../pipeline/canary/recorded.ts'
import type { StageAnalysis } from './analysis.ts'

/** The looks of a report in order of time, each with what it saw of every metric: for judging them again. */
export function recordedLooks({ metrics }: Pick<StageAnalysis, 'metrics'>): RecordedLook[] {
  const points = metrics.flatMap(({ name, points }) => points.map(point => ({ name, ...point })))
  return [...Map.groupBy(points, ({ look }) => look)]
    .sort(([a], [b]) => a - b)
    .map(([, seen]) => ({
      from: Date.parse(seen[0]!.from),
      to: Date.parse(seen[0]!.to),
      weights: seen[0]!.weights,
      baseline: Object.fromEntries(seen.map(({ name, baseline }) => [name, baseline])),
      canary: Object.fromEntries(seen.map(({ name, canary }) => [name, canary])),
      exposure: seen.find(({ exposure }) => exposure !== null)?.exposure ?? null,
    }))
}
