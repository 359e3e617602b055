import type { StageOf } from '../../pipeline/schema/stage.ts'
import { registerReturn } from '../canary/restore.ts'
import type { Outcome } from '../outcome.ts'
import { failed, succeeded } from '../outcome.ts'
import { stageWriter } from '../stage-writer.ts'
import { switchOver } from '../strategies/switch-over.ts'
import { badReleaseFails } from '../try-release.ts'
import { clusterOf } from '../writer.ts'
import { releaseJson } from './deploy.ts'
import type { StageContext } from './stage.ts'

/** Gives all traffic to a version that an earlier stage has left warm. */
export async function promote(stage: StageOf<'promote'>, context: StageContext): Promise<Outcome> {
  const { target, service, role } = stage
  context.progress({ phase: 'starting', target, service })
  const seen = await context.lock({ target, service })
  const writer = stageWriter(context)
  const state = seen ?? (await writer.current())
  const old = clusterOf(state, 'stable')
  const warm = clusterOf(state, role)
  if (warm === null) return failed(`${service} on ${target} has no ${role} to promote; deploy one with "switch: later"`)
  if (old === null) return failed(`${service} on ${target} has no stable version that ${role} could replace; deploy it`)
  const { release } = warm
  const outputs = { release: releaseJson(release), previousRelease: releaseJson(old.release) }
  context.progress({ release: release.version })
  return badReleaseFails(context.world, async () => {
    const replacement = { stage, context, writer, release, old, instances: Math.max(warm.instances, old.instances) }
    registerReturn(replacement)
    await switchOver(replacement, { role, weights: state.weights, bake: stage.bake ?? 0 })
    return succeeded(outputs)
  })
}
