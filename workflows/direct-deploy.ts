import type { ClusterState, ServiceState } from '../activities/targets/target.ts'
import type { Release } from '../pipeline/release.ts'
import { sameRelease } from '../pipeline/release.ts'
import { patches } from './patches.ts'
import { stageWriter, undoWriter } from './stage-writer.ts'
import type { StageContext } from './stages/stage.ts'
import type { Writer } from './writer.ts'
import { clusterOf } from './writer.ts'

/** Makes the release stable on health checks alone, and gives it all traffic. */
export async function directDeploy(
  context: StageContext,
  release: Release,
  { before, instances, recreate }: { before: ClusterState | null; instances: number | null; recreate?: true },
): Promise<void> {
  const writer = stageWriter(context)
  const how = recreate ? { recreate } : {}
  registerUndo(context, release, { before, how })
  context.progress({ phase: 'deploying' })
  await replaced(context, writer, { release, instances, ...how })
  context.onReopen(async () => superseded(await writer.current(), release))
}

/** Why what was deployed must not be taken back any more: something else is stable by now. */
export function superseded(state: ServiceState, release: Release): string | null {
  const stable = clusterOf(state, 'stable')?.release ?? null
  if (stable !== null && sameRelease(stable, release)) return null
  return `${state.service} runs ${stable?.version ?? 'nothing'} by now, not ${release.version}; it is left alone`
}

function registerUndo(
  context: StageContext,
  release: Release,
  { before, how }: { before: ClusterState | null; how: { recreate?: true } },
): void {
  const { target, service } = context.grant()
  const writer = undoWriter(context)
  if (before === null) {
    context.undo.push({
      what: `remove ${release.version} of ${service} on ${target}, unless clients use it`,
      run: () => removeUnlessUsed(writer),
    })
    return
  }
  const { instances } = before
  context.undo.push({
    what: `put ${service} on ${target} back to ${before.release.version}`,
    run: () => replaced(context, writer, { release: before.release, instances, ...how }),
  })
}

async function replaced(
  { world }: StageContext,
  writer: Writer,
  version: { release: Release; instances: number | null; recreate?: true },
): Promise<void> {
  const stable = { role: 'stable', ...version } as const
  if (world.patched(patches.inOneGo)) {
    await writer.shift({ room: [stable], keep: null, weights: { stable: 100 } })
    return
  }
  await writer.apply(stable)
  await writer.route({ stable: 100 })
}

/** Without an older version there is nothing to send clients to: what serves goes on serving. */
async function removeUnlessUsed(writer: Writer): Promise<void> {
  const state = await writer.current()
  const used = (state.weights.stable ?? 0) > 0 && (clusterOf(state, 'stable')?.ready ?? 0) > 0
  if (!used) await writer.remove('stable')
}
