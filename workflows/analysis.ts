import type { Cluster, LookRequest, ServiceRef, Unrecorded } from '../activities/requests.ts'
import type { CompactEvidence } from '../pipeline/canary/compact-evidence.ts'
import { addLook } from '../pipeline/canary/compact-evidence.ts'
import type { Judgment, Verdict } from '../pipeline/canary/judge.ts'
import type { Weights } from '../pipeline/clusters.ts'
import type { Analysis } from '../pipeline/schema/analysis.ts'
import { nextLook } from './look-schedule.ts'
import type { World } from './world.ts'

/** One step of a canary (or its bake) to be watched; plain JSON. */
export interface AnalysisRequest extends ServiceRef {
  execution: string
  stage: string
  stageIndex: number
  step: number
  analysis: Analysis
  canary: Cluster
  /** Null in the bake. */
  baseline: Cluster | null
  weights: Weights
  /** Of how many requests, percent, the canary gets a copy beside its share. */
  mirror?: number
  /** When the weights came into force, when the first window begins after it, and when to stop; epoch milliseconds. */
  start: number
  warmUp: number
  deadline: number
  /** Verdicts that end it before the deadline. */
  stopOn: readonly Verdict[]
  /** No other step follows. */
  final: boolean
  renew: { id: string; fence: number; lease: number } | null
  /** The time has passed already. */
  past?: true
  progress: AnalysisProgress
}

/** Goes from look to look, from step to step, and through continue-as-new. */
export interface AnalysisProgress {
  /** Looks of the stage so far. */
  looks: number
  /** End of the last window; null before the first one of a step. */
  seenTo: number | null
  evidence: CompactEvidence
  verdict: Verdict
  reason: string
  judgment: Judgment | null
}

export interface AnalysisResult {
  /** Why it ended: a verdict of `stopOn`, the deadline, or it was canceled. */
  end: 'verdict' | 'deadline' | 'canceled'
  progress: AnalysisProgress
  /** What the store has not taken yet. */
  unrecorded: Unrecorded[]
}

export type AnalysisWorld = Pick<World, 'now' | 'sleep' | 'isCancellation'> & {
  activities: Pick<World['activities'], 'look'>
  /** Its history is full: go on in a new run. */
  full(): boolean
  /** A look could not be recorded. */
  unrecorded(one: Unrecorded): void
}

/** Looks until a verdict counts or the time is up; gives the request to go on with when the history is full. */
export async function analyse(
  request: AnalysisRequest,
  world: AnalysisWorld,
): Promise<Omit<AnalysisResult, 'unrecorded'> | { goOn: AnalysisRequest }> {
  let { progress } = request
  const ended = (end: AnalysisResult['end']) => ({ end, progress })
  try {
    for (;;) {
      const window = nextLook(request, progress.seenTo, world.now())
      if (window === null) return ended('deadline')
      if (window.at > world.now()) await world.sleep(window.at - world.now())
      const look = await world.activities.look(lookRequest(request, progress, window))
      progress = {
        looks: progress.looks + 1,
        seenTo: window.to,
        evidence: addLook(progress.evidence, look.seen),
        verdict: look.verdict,
        reason: look.reason,
        judgment: look.judgment ?? progress.judgment,
      }
      if (look.unrecorded !== null) world.unrecorded(look.unrecorded)
      if (request.stopOn.includes(look.verdict)) return ended('verdict')
      if (window.last) return ended('deadline')
      if (world.full()) return { goOn: { ...request, progress } }
    }
  } catch (error) {
    if (world.isCancellation(error)) return ended('canceled')
    throw error
  }
}

function lookRequest(
  request: AnalysisRequest,
  progress: AnalysisProgress,
  window: { from: number; to: number; last: boolean },
): LookRequest {
  const { execution, stage, stageIndex, step, target, service, analysis, canary, baseline, weights, mirror, renew } =
    request
  const look = progress.looks + 1
  return {
    ...{ execution, stage, stageIndex, step, target, service, analysis, canary, baseline, weights },
    ...(mirror === undefined ? {} : { mirror }),
    look,
    from: window.from,
    to: window.to,
    evidence: progress.evidence,
    last: request.final && window.last,
    renew: renew === null ? null : { ...renew, id: `${renew.id}-${look}` },
  }
}
