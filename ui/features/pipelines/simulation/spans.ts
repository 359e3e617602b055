import type { SimulationView } from '../../../../api/contract/simulation.ts'
import { isFinal, type StageStatus } from '../../../../pipeline/statuses.ts'

/** How long a stage was in a status. */
export interface Span {
  status: StageStatus
  /** Milliseconds from the start. */
  from: number
  to: number
}

export interface StageSpans {
  stage: string
  spans: Span[]
  /** What became of it. */
  end: StageStatus
}

/** What each stage did when, in the order in which they began. */
export function spansOf({ timeline, duration }: Pick<SimulationView, 'timeline' | 'duration'>): StageSpans[] {
  const changes = timeline.flatMap(({ at, stage, status }) =>
    stage === null || status === null ? [] : [{ at, stage, status }],
  )
  return [...Map.groupBy(changes, ({ stage }) => stage)].map(([stage, own]) => ({
    stage,
    end: own.at(-1)!.status,
    spans: own.flatMap(({ at, status }, index) =>
      isFinal(status) ? [] : [{ status, from: at, to: own[index + 1]?.at ?? duration }],
    ),
  }))
}
