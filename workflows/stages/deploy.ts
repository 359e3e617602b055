import type { Json } from '../../pipeline/execution.ts'
import type { Release } from '../../pipeline/release.ts'
import type { StageOf } from '../../pipeline/schema/stage.ts'
import { directDeploy } from '../direct-deploy.ts'
import type { Outcome } from '../outcome.ts'
import { succeeded } from '../outcome.ts'
import { stageWriter } from '../stage-writer.ts'
import { strategies } from '../strategies/registry.ts'
import { badReleaseFails } from '../try-release.ts'
import { clusterOf } from '../writer.ts'
import type { StageContext } from './stage.ts'

/** Replaces the stable version in the way its strategy says. A first version has nothing to replace: it is just started. */
export async function deploy(stage: StageOf<'deploy'>, context: StageContext): Promise<Outcome> {
  const { target, service } = stage
  const release = stage.release as Release
  context.progress({ phase: 'starting', target, service, release: release.version })
  const seen = await context.lock({ target, service })
  const writer = stageWriter(context)
  const state = seen ?? (await writer.current())
  const old = clusterOf(state, 'stable')
  const instances = stage.instances ?? old?.instances ?? null
  return badReleaseFails(context.world, async () => {
    const outcome =
      old === null
        ? await firstVersion(context, release, instances)
        : await strategies[stage.strategy]({
            ...{ stage, context, writer, release, old, state },
            instances: instances ?? old.instances,
          })
    if (outcome.kind !== 'succeeded') return outcome
    const replaced = stage.switch === 'later' ? null : old
    return succeeded({ release: releaseJson(release), previousRelease: replaced && releaseJson(replaced.release) })
  })
}

async function firstVersion(context: StageContext, release: Release, instances: number | null): Promise<Outcome> {
  await directDeploy(context, release, { before: null, instances })
  return succeeded()
}

/** As later stages can refer to it. */
export function releaseJson(release: Release): Json {
  return release as unknown as Json
}
