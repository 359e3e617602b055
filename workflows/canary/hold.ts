import type { Keep } from '../../activities/requests.ts'
import { inWords } from '../steering.ts'
import { renewed } from './renewed.ts'
import type { CanaryRun } from './run.ts'

/** Waits for somebody to promote it, or to end the run: `promoted by ann`, or null when nobody did in time. */
export async function hold(run: CanaryRun, reason: string, keep: Keep | null): Promise<string | null> {
  const { stage, context } = run
  const { world, steering } = context
  return renewed(run, keep, async () => {
    try {
      steering.promote = null
      steering.notPromotable = null
      context.progress({ phase: 'held', message: reason })
      context.status('held', `${reason}; promote it or roll it back within ${inTime(stage.maxHold)}`)
      await world.condition(() => steering.promote !== null, stage.maxHold)
      return steering.promote === null ? null : inWords('promoted', steering.promote)
    } finally {
      steering.notPromotable = 'is not held any more'
      steering.promote = null
      context.status('running')
    }
  })
}

export function inTime(milliseconds: number): string {
  return milliseconds < 120_000 ? `${milliseconds / 1000} s` : `${Math.round(milliseconds / 60_000)} min`
}
