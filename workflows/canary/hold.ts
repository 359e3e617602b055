import type { Keep } from '../../activities/requests.ts'
import { inWords } from '../steering.ts'
import type { CanaryRun } from './run.ts'

/** Waits for somebody to promote it, or to end the run: `promoted by ann`, or null when nobody did in time. */
export async function hold(run: CanaryRun, reason: string, keep: Keep | null): Promise<string | null> {
  const { stage, context, writer } = run
  const { world, steering } = context
  const renewing = world.scope(async () => (keep === null ? undefined : writer.hold(keep)))
  const renewed = renewing.result.catch(error => {
    if (world.isCancellation(error)) return
    context.progress({ message: `its traffic will return to stable by itself: ${world.explain(error).message}` })
  })
  try {
    steering.promote = null
    steering.notPromotable = null
    context.progress({ phase: 'held', message: reason })
    context.status('held', `${reason}; promote it or roll it back within ${duration(stage.maxHold)}`)
    await world.condition(() => steering.promote !== null, stage.maxHold)
    return steering.promote === null ? null : inWords('promoted', steering.promote)
  } finally {
    steering.notPromotable = 'is not held any more'
    steering.promote = null
    context.status('running')
    renewing.cancel()
    await renewed
  }
}

function duration(milliseconds: number): string {
  return milliseconds < 120_000 ? `${milliseconds / 1000} s` : `${Math.round(milliseconds / 60_000)} min`
}
