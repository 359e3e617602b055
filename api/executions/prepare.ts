import type { ParameterValue, Trigger } from '../../pipeline/execution.ts'
import { checkParameters } from '../../pipeline/parameters.ts'
import { jsonPointer } from '../../pipeline/problem.ts'
import type { Pipeline } from '../../pipeline/schema/pipeline.ts'
import type { ExecutionInput } from '../../store/store.ts'
import { missing } from '../auth/authorize.ts'
import type { Definition } from '../definitions/definition.ts'
import { definitionHash } from '../definitions/definition-hash.ts'
import { Refusal } from '../http/refusal.ts'

/** The definition of a pipeline that may be triggered; refused with the reason when it is unknown or not valid. */
export function runnable(definition: Definition | null, name: string): Definition & { pipeline: Pipeline } {
  if (definition === null) throw missing({ kind: 'pipeline', name })
  const { pipeline, problems, source } = definition
  if (pipeline !== null) return { ...definition, pipeline }
  const detail = `${name} cannot run: ${source} has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}`
  throw new Refusal('invalid-definition', detail, { errors: problems })
}

/** What the run gets: given values and defaults; refused with every value that does not fit. */
export function resolveParameters(
  pipeline: Pipeline,
  given: Readonly<Record<string, ParameterValue>>,
): Record<string, ParameterValue> {
  const { values, findings } = checkParameters(pipeline, given)
  if (values !== null) return values
  const errors = findings.map(({ path, message }) => ({
    pointer: jsonPointer(['parameters', ...path]),
    line: null,
    column: null,
    message,
  }))
  throw new Refusal('invalid-parameters', errors[0]!.message, { errors })
}

export interface RunFacts {
  revision: string
  parameters: Readonly<Record<string, ParameterValue>>
  trigger: Trigger
  createdAt: Date
  rollbackOf?: string
  /** Of a run that starts others. */
  reach?: readonly string[]
}

/** The first attempt of a run. */
export function newInput(id: string, pipeline: Pipeline, facts: RunFacts): ExecutionInput {
  return {
    id,
    definition: pipeline,
    revision: facts.revision,
    definitionHash: definitionHash(pipeline),
    parameters: facts.parameters,
    trigger: facts.trigger,
    createdAt: facts.createdAt.toISOString(),
    attempt: 1,
    retryOf: null,
    rollbackOf: facts.rollbackOf ?? null,
    ...(facts.reach === undefined ? {} : { reach: facts.reach }),
  }
}
