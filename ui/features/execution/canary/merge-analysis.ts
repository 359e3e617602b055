import type { AnalysisReport, StageAnalysis } from '../../../../api/contract/analysis.ts'

/** Looks that are kept of each stage, the newest. */
export const keptLooks = 20

/**
 * What is known with what is new added, so that a look costs a few kilobytes and not the whole report. Null when looks
 * between the two are missing: then the whole has to be asked for.
 */
export function mergeAnalysis(known: AnalysisReport, fresh: AnalysisReport): AnalysisReport | null {
  const stages: StageAnalysis[] = []
  for (const stage of fresh.stages) {
    const before = known.stages.find(one => one.stage === stage.stage)
    const merged = before === undefined ? whole(stage) : mergeStage(before, stage)
    if (merged === null) return null
    stages.push(merged)
  }
  return { ...fresh, stages }
}

function mergeStage(known: StageAnalysis, fresh: StageAnalysis): StageAnalysis | null {
  const newest = known.looks.at(-1)?.look ?? 0
  const first = fresh.looks[0]?.look ?? 0
  if (fresh.truncated && first > newest + 1) return null
  const looks = join(known.looks, fresh.looks)
  return {
    ...fresh,
    looks,
    truncated: known.truncated || looks[0]?.look !== (known.looks[0]?.look ?? fresh.looks[0]?.look),
    metrics: fresh.metrics.map(metric => {
      const before = known.metrics.find(({ name }) => name === metric.name)
      const window = { ...metric.window, from: before?.window.from ?? metric.window.from }
      return { ...metric, window, points: join(before?.points ?? [], metric.points) }
    }),
  }
}

function whole(stage: StageAnalysis): StageAnalysis | null {
  return stage.truncated ? null : stage
}

/** Fresh entries replace known ones of the same look. */
function join<T extends { look: number }>(known: readonly T[], fresh: readonly T[]): T[] {
  const first = fresh[0]?.look ?? Number.POSITIVE_INFINITY
  return [...known.filter(({ look }) => look < first), ...fresh].slice(-keptLooks)
}
