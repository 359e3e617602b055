import type { Verdict } from '../../../pipeline/canary/judge.ts'
import type { Execution } from '../../../pipeline/execution.ts'
import { planStages } from '../../../pipeline/plan.ts'
import type { Pipeline } from '../../../pipeline/schema/pipeline.ts'

export interface Change {
  stage: string
  target: string
  service: string
  /** Names of the configuration that comes with the release, as far as the definition names them. */
  config: readonly string[]
}

/** Where a release goes in stages that wait for this one. */
export function changesAfter(definition: Pipeline | null, stage: string): Change[] {
  const plan = planStages(definition?.stages ?? []).plan
  return (definition?.stages ?? []).flatMap(one => {
    const after = plan?.before[one.id]?.includes(stage) ?? false
    const { target, service, release } = one as { target?: unknown; service?: unknown; release?: unknown }
    if (!after || typeof target !== 'string' || typeof service !== 'string') return []
    return [{ stage: one.id, target, service, config: configOf(release) }]
  })
}

function configOf(release: unknown): readonly string[] {
  const config = typeof release === 'object' && release !== null && 'config' in release ? release.config : []
  return Array.isArray(config) ? config.map(String) : []
}

export interface CanaryResult {
  stage: string
  verdict: Verdict | null
  reason: string | null
}

const verdicts: readonly Verdict[] = ['pass', 'fail', 'insufficient', 'errored']

/** What the canaries before this stage said. */
export function canariesBefore(execution: Execution, definition: Pipeline | null, stage: string): CanaryResult[] {
  const before = planStages(definition?.stages ?? execution.stages).plan?.before[stage] ?? []
  return execution.stages
    .filter(({ id, type }) => type === 'canary' && before.includes(id))
    .map(({ id, outputs, reason, progress }) => ({
      stage: id,
      verdict: verdicts.find(one => one === outputs.verdict) ?? progress?.verdict ?? null,
      reason: reason ?? progress?.message ?? null,
    }))
}
