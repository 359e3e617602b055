import type { Json } from '../../pipeline/execution.ts'
import type { Release } from '../../pipeline/release.ts'
import type { StageOf } from '../../pipeline/schema/stage.ts'
import { directDeploy } from '../direct-deploy.ts'
import type { Outcome } from '../outcome.ts'
import { succeeded } from '../outcome.ts'
import { stageWriter } from '../stage-writer.ts'
import { badReleaseFails } from '../try-release.ts'
import { clusterOf } from '../writer.ts'
import type { StageContext } from './stage.ts'

/** Replaces the stable version instance by instance, on health checks alone. */
export async function deploy(stage: StageOf<'deploy'>, context: StageContext): Promise<Outcome> {
  const { target, service } = stage
  const release = stage.release as Release
  context.progress({ phase: 'starting', target, service, release: release.version })
  await context.lock({ target, service })
  const before = clusterOf(await stageWriter(context).current(), 'stable')
  const instances = stage.instances ?? before?.instances ?? null
  return badReleaseFails(context.world, async () => {
    await directDeploy(context, release, { before, instances })
    return succeeded({ release: releaseJson(release), previousRelease: before && releaseJson(before.release) })
  })
}

/** As later stages can refer to it. */
export function releaseJson(release: Release): Json {
  return release as unknown as Json
}
