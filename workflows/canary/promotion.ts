import type { Room } from '../../activities/requests.ts'
import type { ServiceState } from '../../activities/targets/target.ts'
import type { Role, Weights } from '../../pipeline/clusters.ts'
import { patches } from '../patches.ts'
import { together } from '../together.ts'
import type { Ended, Shift } from '../writer.ts'
import { clusterOf } from '../writer.ts'
import { gatesAt } from './gates.ts'
import { registerDemotion } from './restore.ts'
import type { CanaryRun } from './run.ts'
import { leased, leaseOf, roomFor, roomOf } from './run.ts'

/**
 * Brings the new version from its present weights to all traffic as the stable version. The old one stays warm where
 * something may still want it back; answers whether it does.
 */
export async function promote(run: CanaryRun, weights: Weights): Promise<boolean> {
  const { context, release, old } = run
  const { instances } = old
  context.steering.notPromotable = 'is being promoted already'
  context.steering.promote = null
  context.status('running')
  context.progress({ phase: 'promoting' })
  const all: Weights = { canary: 100 }
  const kept = asksAfterwards(run) ? {} : ({ keepOld: false } as const)
  const stable = { role: 'stable', release, instances, ...kept } as const
  if (!context.world.patched(patches.fewerTasks)) return promoteInParts(run, weights, stable)
  const canary = roomOf(old, { role: 'canary', release, weight: 100 })
  const replacing: Replacing = {
    traffic: [{ room: [canary], keep: leased(run, weights), weights: all, lease: leaseOf(run) }],
    stable: { room: [stable], keep: leased(run, all), weights: { stable: 100 } },
    roles: run.stage.baseline === 'fresh' ? ['canary', 'baseline'] : ['canary'],
    keepsOld: asksAfterwards(run),
  }
  return context.world.patched(patches.atOnce) ? replaceStable(run, replacing) : replaceOneByOne(run, replacing)
}

interface Replacing {
  /** Until all traffic is on the cluster that has the new version. */
  traffic: readonly Shift[]
  /** The new version as the stable one. */
  stable: Shift
  /** What is left over then. */
  roles: readonly [Role, ...Role[]]
  /** The old version stays warm. */
  keepsOld: boolean
}

/** All traffic to the new version, which then becomes the stable one; answers whether the old one is still warm. */
export async function replaceStable(
  parts: Parameters<typeof registerDemotion>[0] & Pick<CanaryRun, 'writer'>,
  { traffic, stable, roles, keepsOld }: Replacing,
): Promise<boolean> {
  const { context, writer } = parts
  registerDemotion(parts)
  const { state, removed } = await writer.replace([...traffic, stable], { roles, last: keepsOld ? null : 'previous' })
  context.world.checkCanceled()
  const isWarm = isWarmIn(state)
  if (!removed) await tidy(parts, { roles, last: isWarm && !keepsOld ? 'previous' : null })
  return isWarm && keepsOld
}

/** As runs do it that began before it could be one activity. */
async function replaceOneByOne(
  parts: Parameters<typeof replaceStable>[0],
  { traffic, stable, roles, keepsOld }: Replacing,
): Promise<boolean> {
  const { context, writer } = parts
  const [first, ...further] = traffic
  await writer.shift(first!, ...further)
  registerDemotion(parts)
  const isWarm = isWarmIn(await writer.shift(stable))
  const ends = isWarm && !keepsOld && context.world.patched(patches.lessAsked)
  await tidy(parts, { roles, last: ends ? 'previous' : null })
  return isWarm && !ends
}

function isWarmIn(state: ServiceState): boolean {
  return clusterOf(state, 'previous') !== null
}

/** As runs do it that began before making room and routing became one. */
async function promoteInParts(run: CanaryRun, weights: Weights, stable: Omit<Room, 'id'>): Promise<boolean> {
  const { writer, release } = run
  await roomFor(run, { role: 'canary', release, weight: 100 }, leased(run, weights))
  const all: Weights = { canary: 100 }
  await writer.route(all, leaseOf(run))
  registerDemotion(run)
  await writer.apply(stable, leased(run, all))
  const state = await writer.route({ stable: 100 })
  await tidy(run, { roles: ['canary', 'baseline'], last: null })
  return clusterOf(state, 'previous') !== null
}

function asksAfterwards({ stage }: CanaryRun): boolean {
  return stage.bake !== undefined || gatesAt(stage, 'after-rollout').length > 0
}

/**
 * Ends clusters that are no longer needed, then the last one. One that cannot be ended is no reason to take back a good
 * release.
 */
export async function tidy({ context, writer }: Pick<CanaryRun, 'context' | 'writer'>, ended: Ended): Promise<void> {
  const { roles } = ended
  try {
    if (context.world.patched(patches.lessAsked)) {
      await writer.removeAll(ended)
      context.world.checkCanceled()
      return
    }
    await together(
      context.world,
      roles.map(role => () => writer.remove(role)),
    )
  } catch (error) {
    if (context.world.isCancellation(error)) throw error
    context.note(`${roles.join(' and ')} could not be removed: ${context.world.explain(error).message}`)
  }
}
