import type { Keep } from '../../activities/requests.ts'
import type { Weights } from '../../pipeline/clusters.ts'
import { registerReturn } from '../canary/restore.ts'
import type { Needed, Step } from '../canary/run.ts'
import { shiftTo, weightsAt } from '../canary/run.ts'
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
  /** The weight that the canary has the pods for. */
  let room = 0
  /** Steps that last no time, before the one that comes next. */
  let before: Step[] = []
  const atOnce = all.some(({ for: duration }) => duration === 0) && context.world.patched(patches.roomAtOnce)
  for (const [step, { weight, for: duration }] of all.entries()) {
    context.progress({ phase: 'growing', step, steps: all.length })
    let needed: Needed | null = null
    if (!atOnce || weight > room) {
      room = atOnce ? peakFrom(step, all) : weight
      const whole = atOnce && room === 100 ? { instances: deployment.instances } : {}
      needed = { role: 'canary', release, weight: room, ...whole }
    }
    const weights = weightsAt(weight, 'stable')
    const change: Step = { weights, lease, needed, keep }
    keep = { weights, lease }
    if (duration === 0 && context.world.patched(patches.lessAsked)) {
      before.push(change)
      continue
    }
    await shiftTo(deployment, change, before)
    before = []
    if (duration === 0) continue
    const promoter = await stay(deployment, keep, duration)
    // Pods may have gone meanwhile.
    room = 0
    if (promoter !== null) context.note(promoter)
    if (promoter !== null) break
  }
  const weights: Weights = keep?.weights ?? { stable: 100 }
  const whole = atOnce && room === 100 ? ({ hasRoom: true } as const) : {}
  await switchOver(deployment, { role: 'canary', weights, bake: stage.bake ?? 0, before, ...whole })
  return succeeded()
}

/** The most it gets before anything waits: what follows at once starts its pods at once, not one step after the other. */
function peakFrom(step: number, all: readonly { weight: number; for: number }[]): number {
  const pause = all.findIndex(({ for: duration }, index) => index >= step && duration > 0)
  if (pause === -1) return 100
  return Math.max(...all.slice(step, pause + 1).map(({ weight }) => weight))
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
