import type { Keep } from '../../activities/requests.ts'
import type { ClusterState } from '../../activities/targets/target.ts'
import type { Verdict } from '../../pipeline/canary/judge.ts'
import type { Weights } from '../../pipeline/clusters.ts'
import type { Release } from '../../pipeline/release.ts'
import type { StageOf } from '../../pipeline/schema/stage.ts'
import type { AnalysisProgress } from '../analysis.ts'
import type { StageContext } from '../stages/stage.ts'
import type { Writer } from '../writer.ts'

/** One canary that is under way: what all its parts need to know. */
export interface CanaryRun {
  stage: StageOf<'canary'>
  context: StageContext
  writer: Writer
  release: Release
  /** The stable version before. */
  old: ClusterState
}

/** How the climb through the steps ended. */
export interface Climbed {
  verdict: Verdict
  reason: string
  progress: AnalysisProgress
  /** In force now. */
  weights: Weights
  /** Somebody asked to promote it now, whatever the verdict. */
  promotedBy: string | null
}

/** Share of live traffic, percent, at a step. A fresh baseline gets as much as the canary. */
export function weightsAt(weight: number, baseline: 'fresh' | 'stable'): Weights {
  if (baseline === 'stable') return { stable: rounded(100 - weight), canary: weight }
  return { stable: rounded(100 - 2 * weight), baseline: weight, canary: weight }
}

/** Instances for a share of the traffic that this many stable instances carry. */
export function capacityAt(weight: number, stableInstances: number): number {
  return Math.max(1, Math.ceil((weight * stableInstances) / 100))
}

/** The weights with the lease that brings traffic back to stable when nobody renews it; null when all of it is there. */
export function leased({ stage, context }: CanaryRun, weights: Weights): Keep | null {
  if (weights.stable === 100) return null
  return { weights, lease: leaseOf({ stage, context }) }
}

export function leaseOf({ stage, context }: Pick<CanaryRun, 'stage' | 'context'>): number {
  return Math.max(3 * stage.analysis.interval, context.timings.lease)
}

/** 100 − 2 × 0.1 is not 99.8 in binary. */
function rounded(percent: number): number {
  return Math.round(percent * 1e6) / 1e6
}
