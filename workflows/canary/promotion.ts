import type { Role, Weights } from '../../pipeline/clusters.ts'
import { together } from '../together.ts'
import { registerDemotion } from './restore.ts'
import type { CanaryRun } from './run.ts'
import { leased, leaseOf, roomFor } from './run.ts'

/** Brings the new version from its present weights to all traffic as the stable version; the old one stays warm. */
export async function promote(run: CanaryRun, weights: Weights): Promise<void> {
  const { context, writer, release, old } = run
  const { instances } = old
  context.steering.notPromotable = 'is being promoted already'
  context.steering.promote = null
  context.status('running')
  context.progress({ phase: 'promoting' })
  await roomFor(run, { role: 'canary', release, weight: 100 }, leased(run, weights))
  const all: Weights = { canary: 100 }
  await writer.route(all, leaseOf(run))
  registerDemotion(run)
  await writer.apply({ role: 'stable', release, instances }, leased(run, all))
  await writer.route({ stable: 100 })
  await tidy(run, ['canary', 'baseline'])
}

/** Ends clusters that are no longer needed. One that cannot be ended is no reason to take back a good release. */
export async function tidy(
  { context, writer }: Pick<CanaryRun, 'context' | 'writer'>,
  roles: readonly Role[],
): Promise<void> {
  try {
    await together(
      context.world,
      roles.map(role => () => writer.remove(role)),
    )
  } catch (error) {
    if (context.world.isCancellation(error)) throw error
    context.note(`${roles.join(' and ')} could not be removed: ${context.world.explain(error).message}`)
  }
}
