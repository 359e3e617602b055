import type { Keep } from '../../activities/requests.ts'
import type { StageContext } from '../stages/stage.ts'
import type { Writer } from '../writer.ts'

/** Renews the lease of the weights in force while the work goes on; without one there is nothing to renew. */
export async function renewed<T>(
  { context, writer }: { context: StageContext; writer: Writer },
  keep: Keep | null,
  work: () => Promise<T>,
): Promise<T> {
  const { world } = context
  const renewing = world.scope(async () => (keep === null ? undefined : writer.hold(keep)))
  const stopped = renewing.result.catch(error => {
    if (world.isCancellation(error)) return
    context.progress({ message: `its traffic will return to stable by itself: ${world.explain(error).message}` })
  })
  try {
    return await work()
  } finally {
    renewing.cancel()
    await stopped
  }
}
