import type { Execution, Json, StageProgress, StageState } from '../../../pipeline/execution.ts'
import { isFinal } from '../../../pipeline/statuses.ts'

/** What a row, a title or a dialog says about an execution, read off its state. */

/** The stage to look at: the first that is under way, else the last that did something. */
export function stageInFocus(execution: Execution): StageState | null {
  const underWay = execution.stages.find(({ status }) => status !== 'pending' && !isFinal(status))
  const done = execution.stages.findLast(({ startedAt }) => startedAt !== null)
  return underWay ?? done ?? execution.stages[0] ?? null
}

/** The version that is being delivered; null when the pipeline does not say. */
export function versionOf(execution: Execution): string | null {
  for (const stage of [stageInFocus(execution), ...execution.stages]) {
    const version = stage?.progress?.release ?? versionIn(stage?.outputs.release)
    if (version !== undefined) return version
  }
  const parameter = execution.parameters.version
  return parameter === undefined ? null : String(parameter)
}

/** Where live traffic goes because of this execution; null when it moves none. */
export function weightsOf(execution: Execution): NonNullable<StageProgress['weights']> | null {
  const stage = stageInFocus(execution)
  return stage && !isFinal(stage.status) ? (stage.progress?.weights ?? null) : null
}

/** `analysing, step 2 of 3` */
export function phaseOf({ progress }: StageState): string | null {
  if (progress === null) return null
  const { phase, step, steps } = progress
  return step !== undefined && steps !== undefined ? `${phase}, step ${step + 1} of ${steps}` : phase
}

/** An id without the pipeline's name in front, which stands beside it anyway. */
export function shortId({ id, pipeline }: Execution): string {
  return id.startsWith(`${pipeline}-`) ? id.slice(pipeline.length + 1) : id
}

/** A commit as people write it; a content hash likewise. */
export function shortRevision(revision: string): string {
  return revision.replace(/^sha256:/, '').slice(0, 10)
}

function versionIn(release: Json | undefined): string | undefined {
  if (typeof release !== 'object' || release === null || Array.isArray(release)) return undefined
  return typeof release.version === 'string' ? release.version : undefined
}
