import type { ServiceState } from '../../activities/targets/target.ts'
import type { Release } from '../../pipeline/release.ts'
import { sameRelease } from '../../pipeline/release.ts'
import type { StageOf } from '../../pipeline/schema/stage.ts'
import { directDeploy } from '../direct-deploy.ts'
import type { Outcome } from '../outcome.ts'
import { failed, succeeded } from '../outcome.ts'
import { stageWriter } from '../stage-writer.ts'
import { badReleaseFails } from '../try-release.ts'
import { clusterOf } from '../writer.ts'
import { releaseJson } from './deploy.ts'
import type { StageContext } from './stage.ts'

/** Makes an earlier release stable again: one that is warm on the target, else one that some run has deployed there. */
export async function rollback(stage: StageOf<'rollback'>, context: StageContext): Promise<Outcome> {
  const { target, service, to } = stage
  context.progress({ phase: 'starting', target, service })
  const state = (await context.lock({ target, service })) ?? (await stageWriter(context).current())
  const stable = clusterOf(state, 'stable')
  if (stable === null) return failed(`${service} on ${target} runs no version yet; there is nothing to go back from`)
  const release = warmRelease(state, to) ?? (await recordedRelease(stage, context, stable.release))
  if (release === null) return failed(unknown(stage, stable.release))
  context.progress({ release: release.version })
  const outputs = { release: releaseJson(release), previousRelease: releaseJson(stable.release) }
  if (sameRelease(release, stable.release)) {
    context.note(`${service} on ${target} runs ${release.version} already`)
    return succeeded(outputs)
  }
  return badReleaseFails(context.world, async () => {
    await directDeploy(context, release, { before: stable, instances: stable.instances })
    return succeeded(outputs)
  })
}

function warmRelease(state: ServiceState, to: string): Release | null {
  const previous = clusterOf(state, 'previous')?.release ?? null
  if (to === 'previous') return previous
  const known = [clusterOf(state, 'stable')?.release ?? null, previous]
  return known.find(release => release?.version === to) ?? null
}

function recordedRelease(
  { target, service, to }: StageOf<'rollback'>,
  { world }: StageContext,
  except: Release,
): Promise<Release | null> {
  return world.activities.earlierRelease({ target, service, version: to === 'previous' ? null : to, except })
}

function unknown({ target, service, to }: StageOf<'rollback'>, present: Release): string {
  if (to === 'previous')
    return `no release of ${service} on ${target} before ${present.version} is known; deploy one by its release`
  return `${service} on ${target} was never deployed in version ${to} as far as is known; deploy it by its release`
}
