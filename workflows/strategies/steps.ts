import type { Keep } from '../../activities/requests.ts'
import type { Weights } from '../../pipeline/clusters.ts'
import { registerReturn } from '../canary/restore.ts'
import { roomFor, weightsAt } from '../canary/run.ts'
import { clearLeftovers } from '../leftovers.ts'
import { succeeded } from '../outcome.ts'
import { patches } from '../patches.ts'
import { inWords } from '../steering.ts'
import type { Deployment, StrategyRun } from './strategy.ts'
import { switchOver } from './switch-over.ts'

/** Traffic in steps by time alone; a person may promote it earlier, and roll it back at any time. */
export const steps: StrategyRun = async deployment => {
  const { stage, context, writer, release, state } = deployment
  const lease = context.timings.lease
  const all = stage.steps ?? []
  registerReturn(deployment)
  await clearLeftovers(context, writer, state)
  let keep: Keep | null = null
  for (const [step, { weight, for: duration }] of all.entries()) {
    context.progress({ phase: 'growing', step, steps: all.length })
    await roomFor(deployment, { role: 'canary', release, weight }, keep)
    keep = { weights: weightsAt(weight, 'stable'), lease }
    await writer.route(keep.weights, lease)
    const promoter = duration === 0 ? null : await stay(deployment, keep, duration)
    if (promoter !== null) context.note(promoter)
    if (promoter !== null) break
  }
  const weights: Weights = keep?.weights ?? { stable: 100 }
  await switchOver(deployment, { role: 'canary', weights, bake: stage.bake ?? 0 })
  return succeeded()
}

/** Keeps the weights for some time, or until somebody promotes it: `promoted by ann`, else null. */
async function stay({ context, writer }: Deployment, keep: Keep, duration: number): Promise<string | null> {
  const { world, steering } = context
  const short = duration <= keep.lease / 2 && world.patched(patches.shortStep)
  const renewing = world.scope(async () => (short ? undefined : writer.hold(keep)))
  const renewed = renewing.result.catch(error => {
    if (world.isCancellation(error)) return
    context.progress({ message: `its traffic will return to stable by itself: ${world.explain(error).message}` })
  })
  try {
    steering.notPromotable = null
    await world.condition(() => steering.promote !== null, duration)
    return steering.promote === null ? null : inWords('promoted', steering.promote)
  } finally {
    steering.notPromotable = 'is being promoted already'
    steering.promote = null
    renewing.cancel()
    await renewed
  }
}
