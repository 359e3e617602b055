import type { ServiceState } from '../../activities/targets/target.ts'
import type { Role, Weights } from '../../pipeline/clusters.ts'
import { tidy } from '../canary/promotion.ts'
import { registerDemotion } from '../canary/restore.ts'
import { roomFor, shiftTo } from '../canary/run.ts'
import { superseded } from '../direct-deploy.ts'
import { patches } from '../patches.ts'
import { clusterOf } from '../writer.ts'
import type { Replacement } from './strategy.ts'

/**
 * Brings a warm cluster to all traffic as the stable version: capacity, traffic, then what is left over. `weights` are those
 * in force now, under a lease unless all is on `stable`. The old version stays warm for `bake` milliseconds. `hasRoom`:
 * the cluster has just got all its pods.
 */
export async function switchOver(
  replacement: Replacement,
  { role, weights, bake, hasRoom }: { role: Role; weights: Weights; bake: number; hasRoom?: true },
): Promise<void> {
  const { context, writer, release, instances } = replacement
  const lease = context.timings.lease
  const all: Weights = { [role]: 100 }
  context.progress({ phase: 'promoting' })
  const keep = weights.stable === 100 ? null : { weights, lease }
  const needed = hasRoom ? null : { role, release, weight: 100, instances }
  const kept = bake > 0 ? {} : ({ keepOld: false } as const)
  const stable = { role: 'stable', release, instances, ...kept } as const
  const held = { weights: all, lease }
  let state: ServiceState
  if (context.world.patched(patches.fewerTasks)) {
    registerDemotion(replacement)
    await shiftTo(replacement, { ...held, needed, keep })
    state = await writer.shift({ room: [stable], keep: held, weights: { stable: 100 } })
  } else {
    if (needed !== null) await roomFor(replacement, needed, keep)
    registerDemotion(replacement)
    await writer.route(all, lease)
    await writer.apply(stable, held)
    state = await writer.route({ stable: 100 })
  }
  await tidy(replacement, [role])
  context.onReopen(async () => superseded(await writer.current(), release))
  await stayWarm(replacement, { bake, isWarm: clusterOf(state, 'previous') !== null })
}

/** One call takes it back at once while the old version is warm. */
async function stayWarm(
  { context, writer }: Replacement,
  { bake, isWarm }: { bake: number; isWarm: boolean },
): Promise<void> {
  const { world } = context
  if (bake > 0) {
    context.progress({ phase: 'baking', message: 'the old version is kept warm' })
    await context.grant().warm(world.now() + bake)
    await world.sleep(bake)
  }
  if (!isWarm && bake === 0 && world.patched(patches.nothingWarm)) return
  await world.shielded(async () => {
    await tidy({ context, writer }, ['previous'])
    if (bake > 0) await context.grant().warm(null)
  })
}
