import type { StageAnalysis } from '../../../../api/contract/analysis.ts'
import type { MetricSeries, SeriesReport } from '../../../../api/contract/series.ts'
import { chartValue, signedEvidence } from '../../../../pipeline/canary/chart-value.ts'

/**
 * A series with the looks of the analysis that came after it, so that a look costs no more than itself. Null when looks
 * between the two are missing: then the series has to be read again.
 */
export function withNewLooks(series: SeriesReport, analysis: StageAnalysis): SeriesReport | null {
  const last = series.looks.at(-1) ?? 0
  const windows = new Map(analysis.metrics.flatMap(({ points }) => points.map(point => [point.look, point] as const)))
  const fresh = [...windows.keys()].filter(look => look > last).sort((a, b) => a - b)
  const [first] = fresh
  if (first === undefined) return series
  if (first > last + 1 && analysis.truncated) return null
  return {
    ...series,
    looks: [...series.looks, ...fresh],
    at: [...series.at, ...fresh.map(look => Date.parse(windows.get(look)!.to))],
    weight: [...series.weight, ...fresh.map(look => windows.get(look)!.weights.canary ?? 0)],
    metrics: analysis.metrics.map(metric =>
      extended(
        series.metrics.find(({ name }) => name === metric.name),
        metric,
        { fresh, analysis, before: series.looks },
      ),
    ),
  }
}

interface Looks {
  fresh: readonly number[]
  before: readonly number[]
  analysis: StageAnalysis
}

function extended(
  known: MetricSeries | undefined,
  { name, points }: StageAnalysis['metrics'][number],
  { fresh, before, analysis }: Looks,
): MetricSeries {
  const gap = before.map(() => null)
  const pointOf = (look: number) => points.find(point => point.look === look)
  const side = (which: 'baseline' | 'canary') =>
    fresh.map(look => {
      const point = pointOf(look)
      return point === undefined ? null : chartValue(point[which], point.exposure?.[which] ?? null)
    })
  return {
    name,
    share: known?.share ?? points.some(({ canary }) => canary !== null && 'total' in canary),
    baseline: [...(known?.baseline ?? gap), ...side('baseline')],
    canary: [...(known?.canary ?? gap), ...side('canary')],
    evidence: [...(known?.evidence ?? gap), ...fresh.map(look => evidenceAt(analysis, look, name))],
  }
}

function evidenceAt({ looks }: StageAnalysis, look: number, name: string): number | null {
  const judgment = looks.find(one => one.look === look)?.metrics.find(one => one.name === name)
  return judgment === undefined ? null : signedEvidence(judgment.evidence, judgment.evidenceFor)
}
