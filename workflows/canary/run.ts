import type { Keep, Room } from '../../activities/requests.ts'
import type { ClusterState } from '../../activities/targets/target.ts'
import type { Verdict } from '../../pipeline/canary/judge.ts'
import type { Role, Weights } from '../../pipeline/clusters.ts'
import { capacityAt } from '../../pipeline/clusters.ts'
import type { Release } from '../../pipeline/release.ts'
import type { StageOf } from '../../pipeline/schema/stage.ts'
import type { AnalysisProgress } from '../analysis.ts'
import { patches } from '../patches.ts'
import type { StageContext } from '../stages/stage.ts'
import type { Shift, Writer } from '../writer.ts'
import { clusterOf } from '../writer.ts'

/** One canary that is under way: what all its parts need to know. */
export interface CanaryRun {
  stage: StageOf<'canary'>
  context: StageContext
  writer: Writer
  release: Release
  /** The stable version before. */
  old: ClusterState
  /** When the stage was due; epoch milliseconds. */
  began: number
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
  /** Why a gate did not let it get more traffic; null when none refused. */
  refused: string | null
}

/** Share of live traffic, percent, at a step. A fresh baseline gets as much as the canary. */
export function weightsAt(weight: number, baseline: 'fresh' | 'stable'): Weights {
  if (baseline === 'stable') return { stable: rounded(100 - weight), canary: weight }
  return { stable: rounded(100 - 2 * weight), baseline: weight, canary: weight }
}

export interface Needed {
  role: Role
  release: Release
  weight: number
  instances?: number
}

/** The room that a share of traffic needs, or as many instances as were asked for. */
export function roomOf(old: ClusterState, { role, release, weight, instances }: Needed): Omit<Room, 'id'> {
  const share = { weight, of: old.instances }
  return { role, release, instances: instances ?? capacityAt(weight, old.instances), share }
}

/**
 * Brings a cluster to the instances its share needs, or to those that were asked for. Where somebody, or an autoscaler, has
 * added to the stable ones since the run began, the share of those.
 */
export async function roomFor(
  { context, writer, old }: { context: StageContext; writer: Writer; old: ClusterState },
  { weight, instances: asked, ...cluster }: Needed,
  keep: Keep | null,
): Promise<void> {
  const instances = asked ?? capacityAt(weight, old.instances)
  const state = await writer.apply({ ...cluster, instances }, keep)
  const now = clusterOf(state, 'stable')?.instances ?? 0
  const needed = now > old.instances ? capacityAt(weight, now) : 0
  if (needed > instances && context.world.patched(patches.room))
    await writer.apply({ ...cluster, instances: needed }, keep)
}

/** Weights, and the room they need; null: there is enough. */
export interface Step {
  needed: Needed | null
  keep: Keep | null
  weights: Weights
  lease: number
}

export function shiftOf(old: ClusterState, { needed, ...change }: Step): Shift {
  return { ...change, room: needed === null ? [] : [roomOf(old, needed)] }
}

/** Makes the room that is needed, if any is, then gives it its weights; first of all what comes right before. */
export async function shiftTo(
  parts: { context: StageContext; writer: Writer; old: ClusterState },
  step: Step,
  before: readonly Step[] = [],
): Promise<void> {
  const { context, writer, old } = parts
  if (context.world.patched(patches.fewerTasks)) {
    const [first, ...further] = [...before, step].map(one => shiftOf(old, one))
    await writer.shift(first!, ...further)
    return
  }
  const { needed, keep, weights, lease } = step
  if (needed !== null) await roomFor(parts, needed, keep)
  await writer.route(weights, lease)
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
