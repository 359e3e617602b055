import type { ServiceState } from '../../activities/targets/target.ts'
import type { Release } from '../../pipeline/release.ts'
import { sameRelease } from '../../pipeline/release.ts'
import { registerReturn } from '../canary/restore.ts'
import { checkAll } from '../checks.ts'
import { clearLeftovers } from '../leftovers.ts'
import { failed, succeeded } from '../outcome.ts'
import { clusterOf } from '../writer.ts'
import type { StrategyRun } from './strategy.ts'
import { switchOver } from './switch-over.ts'

/**
 * Starts the new version beside the old one as `preview`, without traffic; asks it what is to be asked; then gives it all
 * traffic in one step, or leaves that to a `promote` stage.
 */
export const blueGreen: StrategyRun = async deployment => {
  const { stage, context, writer, release, instances, state } = deployment
  registerReturn(deployment)
  await clearLeftovers(context, writer, state)
  context.progress({ phase: 'starting preview' })
  const { addresses } = await writer.apply({ role: 'preview', release, instances })
  const preview = addresses?.preview ?? ''
  context.outputs({ preview })
  const problem = await checkAll(context, stage, 'preview', stage.checks ?? [])
  if (problem !== null) return failed(problem)
  if (stage.switch === 'later') {
    context.onReopen(async () => noPreview(await writer.current(), release))
    context.note(`${release.version} waits as preview, without traffic, for a "promote" stage`)
    return succeeded()
  }
  await switchOver(deployment, { role: 'preview', weights: { stable: 100 }, bake: stage.bake ?? 0 })
  return succeeded()
}

/** Once it was promoted or replaced, its undo would touch what is not its own. */
function noPreview(state: ServiceState, release: Release): string | null {
  const preview = clusterOf(state, 'preview')?.release ?? null
  if (preview !== null && sameRelease(preview, release)) return null
  return `${release.version} is no preview of ${state.service} any more; it is left alone`
}
