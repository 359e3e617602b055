import type { Json, ParameterValue, Trigger } from '../../pipeline/execution.ts'
import { ExpressionError } from '../../pipeline/expressions/errors.ts'
import { evaluateTriggerTemplate, type TriggerContext } from '../../pipeline/expressions/evaluate-trigger.ts'
import { mayHoldTemplate } from '../../pipeline/expressions/templates.ts'
import { jsonPointer } from '../../pipeline/problem.ts'
import type { Pipeline } from '../../pipeline/schema/pipeline.ts'
import type { TriggerDefinition } from '../../pipeline/schema/trigger.ts'
import type { ProblemError } from '../contract/problem.ts'
import { occurrencesOf } from './contexts.ts'
import type { Happened } from './happened.ts'

/** What a pipeline makes of what happened. */
export type Attempt = { pipeline: string; trigger: Omit<Trigger, 'by'> } & (
  | { outcome: 'start'; parameters: Record<string, ParameterValue> }
  /** It is meant, and its condition does not hold. */
  | { outcome: 'skip' }
  | { outcome: 'refuse'; errors: ProblemError[] }
)

/**
 * Asks the triggers of a pipeline in their order; the first one that starts something is the one that counts. Without
 * any, all that was skipped or refused is told.
 */
export function attemptsOf(pipeline: Pipeline, happened: Happened): Attempt[] {
  const others: Attempt[] = []
  for (const [index, trigger] of (pipeline.triggers ?? []).entries()) {
    const attempts = occurrencesOf(trigger, happened).map(({ context, detail }) => ({
      pipeline: pipeline.name,
      trigger: { type: trigger.type, detail: detail.slice(0, 500) },
      ...tryOne(trigger, index, context),
    }))
    if (attempts.some(({ outcome }) => outcome === 'start')) return attempts
    others.push(...attempts)
  }
  return others
}

type Tried =
  | { outcome: 'start'; parameters: Record<string, ParameterValue> }
  | { outcome: 'skip' }
  | { outcome: 'refuse'; errors: ProblemError[] }

function tryOne(trigger: TriggerDefinition, index: number, context: TriggerContext): Tried {
  const errors: ProblemError[] = []
  const fail = (path: readonly string[], message: string) =>
    errors.push({ pointer: jsonPointer(['triggers', index, ...path]), line: null, column: null, message })
  const value = (path: readonly string[], template: string): Json | undefined => {
    try {
      return evaluateTriggerTemplate(template, context)
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error
      fail(path, error.message)
      return undefined
    }
  }

  const holds = 'when' in trigger && trigger.when !== undefined ? value(['when'], trigger.when) : true
  if (holds === false) return { outcome: 'skip' }
  if (holds !== true && holds !== undefined)
    fail(['when'], `a condition must give true or false, not ${described(holds)}`)
  if (errors.length > 0) return { outcome: 'refuse', errors }

  const parameters: Record<string, ParameterValue> = {}
  for (const [name, given] of Object.entries(trigger.parameters ?? payloadParameters(trigger, context))) {
    const isTemplate = typeof given === 'string' && trigger.parameters !== undefined && mayHoldTemplate(given)
    const result = isTemplate ? value(['parameters', name], given) : (given as Json)
    if (isScalar(result)) parameters[name] = result
    else if (result !== undefined) fail(['parameters', name], `parameter "${name}" would be ${described(result)}`)
  }
  return errors.length > 0 ? { outcome: 'refuse', errors } : { outcome: 'start', parameters }
}

/** Without a mapping a webhook gives what its payload calls parameters. */
function payloadParameters(
  { type }: TriggerDefinition,
  { payload }: TriggerContext,
): Readonly<Record<string, unknown>> {
  if (type !== 'webhook' || typeof payload !== 'object' || payload === null) return {}
  const { parameters } = payload as { parameters?: unknown }
  if (typeof parameters !== 'object' || parameters === null || Array.isArray(parameters)) return {}
  return Object.fromEntries(Object.entries(parameters).slice(0, mostParameters))
}

const mostParameters = 100

function isScalar(value: Json | undefined): value is ParameterValue {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}

function described(value: Json): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'a map' : JSON.stringify(value).slice(0, 80)
}
