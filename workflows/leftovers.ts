import type { StageContext } from './stages/stage.ts'
import { together } from './together.ts'
import type { Writer } from './writer.ts'

/** A run that died, or an undo that failed, may have left clusters and weights behind. */
export async function clearLeftovers(context: StageContext, writer: Writer): Promise<void> {
  const { clusters, weights } = await writer.current()
  const left = clusters.filter(({ role }) => role !== 'stable')
  if (weights.stable !== 100) await writer.route({ stable: 100 })
  await together(
    context.world,
    left.map(
      ({ role }) =>
        () =>
          writer.remove(role),
    ),
  )
}
