import type { StoredEvidence } from '../../pipeline/evidence.ts'
import type { StoredEvent } from '../../pipeline/execution.ts'
import type { LookView, StageAnalysis } from '../contract/analysis.ts'
import type { Handlers } from '../http/handler.ts'
import { Refusal } from '../http/refusal.ts'
import type { Services } from '../services.ts'
import { readLook } from './look.ts'

export function analysisOperations({ store }: Services): Pick<Handlers, 'getAnalysis'> {
  return {
    async getAnalysis({ params: { id }, query: { stage, looks } }) {
      const execution = await store.get(id)
      if (execution === null) throw new Refusal('not-found', `there is no execution ${id}`)
      const canaries = [...execution.stages.entries()].filter(
        ([, { id: own, type }]) => type === 'canary' && (stage === undefined || stage === own),
      )
      const stages = await Promise.all(
        canaries.map(async ([index, { id: own }]) => {
          const [evidence, events] = await Promise.all([
            store.evidence(id, { stage: own, newest: looks }),
            store.looks(id, index, looks),
          ])
          return analysisOf(own, evidence, events, looks)
        }),
      )
      return { body: { execution: id, stages } }
    },
  }
}

function analysisOf(
  stage: string,
  evidence: readonly StoredEvidence[],
  events: readonly StoredEvent[],
  limit: number,
): StageAnalysis {
  const looks = events.flatMap(event => readLook(event) ?? []).sort((a, b) => a.look - b.look)
  const newest = Math.max(0, ...evidence.map(({ look }) => look), ...looks.map(({ look }) => look))
  const first = newest - limit + 1
  const judged = looks.toReversed()
  return {
    stage,
    verdict: judged[0]?.verdict ?? null,
    judge: judged.find(({ judge }) => judge !== null)?.judge ?? null,
    metrics: [...Map.groupBy(evidence, ({ metric }) => metric)].map(([name, seen]) => {
      const points = seen.filter(({ look }) => look >= first).sort((a, b) => a.look - b.look)
      const [oldest, newestPoint] = [points[0] ?? seen[0]!, points.at(-1) ?? seen.at(-1)!]
      return {
        name,
        provider: newestPoint.provider,
        query: newestPoint.query,
        window: { from: oldest.from, to: newestPoint.to },
        judgment: judgmentOfMetric(judged, name),
        points,
      }
    }),
    looks: looks.filter(({ look }) => look >= first),
    truncated: first > 1,
  }
}

function judgmentOfMetric(judged: readonly LookView[], name: string) {
  for (const { metrics } of judged) {
    const found = metrics.find(metric => metric.name === name)
    if (found !== undefined) return found
  }
  return null
}
