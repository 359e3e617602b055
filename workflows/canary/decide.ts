import type { Verdict } from '../../pipeline/canary/judge.ts'
import type { Weights } from '../../pipeline/clusters.ts'
import { hold } from './hold.ts'
import type { CanaryRun, Climbed } from './run.ts'
import { leased } from './run.ts'
import { actionOn } from './verdict.ts'

export interface Decision {
  promote: boolean
  reason: string
  /** In force now. */
  weights: Weights
}

/** What becomes of the canary: by its verdict, by the pipeline's policy, or by a person while it is held. */
export async function decide(run: CanaryRun, { verdict, reason, weights, promotedBy }: Climbed): Promise<Decision> {
  if (promotedBy !== null) return { promote: true, reason: promotedBy, weights }
  const action = actionOn(run.stage, verdict)
  if (action !== 'hold') return { promote: action === 'promote', reason: inWords(verdict, reason), weights }
  const kept = verdict === 'fail' ? await takeTrafficAway(run) : weights
  const promoter = await hold(run, inWords(verdict, reason), leased(run, kept))
  if (promoter !== null) return { promote: true, reason: promoter, weights: kept }
  return { promote: false, reason: `${inWords(verdict, reason)}; nobody decided in time`, weights: kept }
}

/** Its instances stay, for whoever wants to look. */
async function takeTrafficAway({ writer }: CanaryRun): Promise<Weights> {
  const weights: Weights = { stable: 100 }
  await writer.route(weights)
  return weights
}

/** What failed, or could not be told, says so itself; only the status of what is undecided looks like a failure. */
function inWords(verdict: Verdict, reason: string): string {
  return verdict === 'insufficient' ? `${verdict}: ${reason}` : reason
}
