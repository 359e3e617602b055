import type { ServiceState } from '../activities/targets/target.ts'
import { patches } from './patches.ts'
import type { StageContext } from './stages/stage.ts'
import { together } from './together.ts'
import type { Writer } from './writer.ts'

/** A run that died, or an undo that failed, may have left clusters and weights behind. */
export async function clearLeftovers(context: StageContext, writer: Writer, state: ServiceState): Promise<void> {
  const { clusters, weights, mirror } = context.world.patched(patches.readOnce) ? state : await writer.current()
  const left = clusters.filter(({ role }) => role !== 'stable')
  if (weights.stable !== 100 || mirror !== undefined) await writer.route({ stable: 100 })
  await together(
    context.world,
    left.map(
      ({ role }) =>
        () =>
          writer.remove(role),
    ),
  )
}
