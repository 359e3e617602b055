import type { ServiceState } from '../../activities/targets/target.ts'
import type { Role, Weights } from '../../pipeline/clusters.ts'
import { replaceStable, tidy } from '../canary/promotion.ts'
import { registerDemotion } from '../canary/restore.ts'
import type { Step } from '../canary/run.ts'
import { roomFor, shiftOf } from '../canary/run.ts'
import { superseded } from '../direct-deploy.ts'
import { patches } from '../patches.ts'
import type { Shift } from '../writer.ts'
import { clusterOf } from '../writer.ts'
import type { Replacement } from './strategy.ts'

interface Switch {
  role: Role
  /** In force now, under a lease unless all is on `stable`; those of `before`, if there are any. */
  weights: Weights
  /** Milliseconds that the old version stays warm. */
  bake: number
  /** Steps to be taken first, without a pause. */
  before?: readonly Step[]
  /** The cluster gets all its pods before. */
  hasRoom?: true
}

/**
 * Brings a warm cluster to all traffic as the stable version: capacity, traffic, then what is left over.
 */
export async function switchOver(
  replacement: Replacement,
  { role, weights, bake, before = [], hasRoom }: Switch,
): Promise<void> {
  const { context, writer, release, old, instances } = replacement
  const lease = context.timings.lease
  const all: Weights = { [role]: 100 }
  context.progress({ phase: 'promoting' })
  const keep = weights.stable === 100 ? null : { weights, lease }
  const needed = hasRoom ? null : { role, release, weight: 100, instances }
  const kept = bake > 0 ? {} : ({ keepOld: false } as const)
  const stable = { role: 'stable', release, instances, ...kept } as const
  const held = { weights: all, lease }
  const last: Step = { ...held, needed, keep }
  const traffic = [...before, last].map(step => shiftOf(old, step))
  const toStable: Shift = { room: [stable], keep: held, weights: { stable: 100 } }
  const replaced = async (): Promise<boolean> => {
    if (context.world.patched(patches.atOnce))
      return replaceStable(replacement, { traffic, stable: toStable, roles: [role], keepsOld: bake > 0 })
    const state = await replacedOneByOne()
    const isWarm = clusterOf(state, 'previous') !== null
    const ends = isWarm && bake === 0 && context.world.patched(patches.lessAsked)
    await tidy(replacement, { roles: [role], last: ends ? 'previous' : null })
    return isWarm && !ends
  }
  /** As runs do it that began before it could be one activity. */
  const replacedOneByOne = async (): Promise<ServiceState> => {
    if (context.world.patched(patches.fewerTasks)) {
      registerDemotion(replacement)
      await writer.shift(traffic[0]!, ...traffic.slice(1))
      return writer.shift(toStable)
    }
    if (needed !== null) await roomFor(replacement, needed, keep)
    registerDemotion(replacement)
    await writer.route(all, lease)
    await writer.apply(stable, held)
    return writer.route({ stable: 100 })
  }
  const isWarm = await replaced()
  context.onReopen(async () => superseded(await writer.current(), release))
  await stayWarm(replacement, { bake, isWarm })
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
    await tidy({ context, writer }, { roles: ['previous'], last: null })
    if (bake > 0) await context.grant().warm(null)
  })
}
