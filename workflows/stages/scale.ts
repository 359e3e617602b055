import type { StageOf } from '../../pipeline/schema/stage.ts'
import { superseded } from '../direct-deploy.ts'
import type { Outcome } from '../outcome.ts'
import { failed, succeeded } from '../outcome.ts'
import { stageWriter, undoWriter } from '../stage-writer.ts'
import { clusterOf } from '../writer.ts'
import type { StageContext } from './stage.ts'

/** Gives the stable version more or fewer instances; clients notice nothing. */
export async function scale(stage: StageOf<'scale'>, context: StageContext): Promise<Outcome> {
  const { target, service, instances } = stage
  context.progress({ phase: 'starting', target, service })
  const seen = await context.lock({ target, service })
  const writer = stageWriter(context)
  const stable = clusterOf(seen ?? (await writer.current()), 'stable')
  if (stable === null) return failed(`${service} on ${target} runs no version yet; deploy one first`)
  const { release, instances: before } = stable
  const back = undoWriter(context)
  context.undo.push({
    what: `give ${service} on ${target} ${before} instances again`,
    async run() {
      const reason = superseded(await back.current(), release)
      if (reason !== null) throw new Error(reason)
      await back.apply({ role: 'stable', release, instances: before })
    },
  })
  context.progress({ phase: 'scaling', release: release.version, message: `from ${before} to ${instances} instances` })
  await writer.apply({ role: 'stable', release, instances })
  context.onReopen(async () => superseded(await writer.current(), release))
  return succeeded({ instances, previousInstances: before })
}
