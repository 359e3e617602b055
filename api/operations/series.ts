import { chartValue, signedEvidence } from '../../pipeline/canary/chart-value.ts'
import type { StoredEvidence } from '../../pipeline/evidence.ts'
import type { LookView } from '../contract/analysis.ts'
import type { MetricSeries, SeriesReport } from '../contract/series.ts'
import type { Handlers } from '../http/handler.ts'
import { Refusal } from '../http/refusal.ts'
import type { Services } from '../services.ts'
import { readLook } from './look.ts'

/** The most looks of a stage; a canary of four hours with a look every 10 s has 1,440. */
const most = 6_000

export function seriesOperations({ store }: Services): Pick<Handlers, 'getSeries'> {
  return {
    async getSeries({ params: { id, stage } }) {
      const execution = await store.get(id)
      const index = execution?.stages.findIndex(one => one.id === stage && one.type === 'canary') ?? -1
      if (index < 0) throw new Refusal('not-found', `there is no canary ${stage} in an execution ${id}`)
      const [evidence, events] = await Promise.all([
        store.evidence(id, { stage, newest: most }),
        store.looks(id, index, most),
      ])
      const judged = events.flatMap(event => readLook(event) ?? [])
      return { body: { execution: id, stage, ...seriesOf(evidence, judged) } }
    },
  }
}

/** Turns points and looks into columns; a look that lacks a metric has a gap there. */
export function seriesOf(
  evidence: readonly StoredEvidence[],
  judged: readonly LookView[],
): Omit<SeriesReport, 'execution' | 'stage'> {
  const windows = new Map(evidence.map(point => [point.look, point]))
  const looks = [...windows.keys()].sort((a, b) => a - b)
  const judgments = new Map(judged.map(({ look, metrics }) => [look, metrics]))
  const byMetric = Map.groupBy(evidence, ({ metric }) => metric)
  return {
    looks,
    at: looks.map(look => Date.parse(windows.get(look)!.to)),
    weight: looks.map(look => windows.get(look)!.weights.canary ?? 0),
    metrics: [...byMetric].map(([name, points]) => columnsOf(name, points, { looks, judgments })),
  }
}

interface Looks {
  looks: readonly number[]
  judgments: ReadonlyMap<number, LookView['metrics']>
}

function columnsOf(name: string, points: readonly StoredEvidence[], { looks, judgments }: Looks): MetricSeries {
  const byLook = new Map(points.map(point => [point.look, point]))
  const side = (which: 'baseline' | 'canary') =>
    looks.map(look => {
      const point = byLook.get(look)
      return point === undefined ? null : rounded(chartValue(point[which], point.exposure?.[which] ?? null))
    })
  return {
    name,
    share: points.some(({ baseline, canary }) => [baseline, canary].some(one => one !== null && 'total' in one)),
    baseline: side('baseline'),
    canary: side('canary'),
    evidence: looks.map(look => {
      const judgment = judgments.get(look)?.find(one => one.name === name)
      return judgment === undefined ? null : rounded(signedEvidence(judgment.evidence, judgment.evidenceFor))
    }),
  }
}

/** Enough for a chart; three quarters of the digits of a fraction say nothing. */
function rounded(value: number | null): number | null {
  return value === null ? null : Number(value.toPrecision(6))
}
