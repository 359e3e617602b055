import type { Room } from '../../activities/requests.ts'
import type { Role, Weights } from '../../pipeline/clusters.ts'
import { patches } from '../patches.ts'
import { together } from '../together.ts'
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
  const { context, writer, release, old } = run
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
  await writer.shift({ room: [canary], keep: leased(run, weights), weights: all, lease: leaseOf(run) })
  registerDemotion(run)
  const state = await writer.shift({ room: [stable], keep: leased(run, all), weights: { stable: 100 } })
  const isWarm = clusterOf(state, 'previous') !== null
  const ends = isWarm && !asksAfterwards(run) && context.world.patched(patches.lessAsked)
  await tidy(run, run.stage.baseline === 'fresh' ? ['canary', 'baseline'] : ['canary'], ends ? 'previous' : null)
  return isWarm && !ends
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
  await tidy(run, ['canary', 'baseline'])
  return clusterOf(state, 'previous') !== null
}

function asksAfterwards({ stage }: CanaryRun): boolean {
  return stage.bake !== undefined || gatesAt(stage, 'after-rollout').length > 0
}

/**
 * Ends clusters that are no longer needed, then the last one. One that cannot be ended is no reason to take back a good
 * release.
 */
export async function tidy(
  { context, writer }: Pick<CanaryRun, 'context' | 'writer'>,
  roles: readonly [Role, ...Role[]],
  last: Role | null = null,
): Promise<void> {
  try {
    if (context.world.patched(patches.lessAsked)) {
      await writer.removeAll(roles, last)
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
