import type { ExpressionScope } from '../expressions/check.ts'
import { expressionChecker } from '../expressions/check.ts'
import { mayHoldTemplate, stageTemplates } from '../expressions/templates.ts'
import type { Plan } from '../plan.ts'
import type { Finding, Path } from '../problem.ts'
import { jsonPointer } from '../problem.ts'
import type { Stage } from '../schema/stage.ts'
import { stageSchemas } from '../schema/stage.ts'
import { isMap } from '../schema/words.ts'

interface PlacedStage {
  stage: Stage
  index: number
}

/**
 * Faults in the expressions of the stages that fit their grammar, and expressions where none can stand. `value` is the
 * pipeline as written; without usable parameters nothing can be said about expressions.
 */
export function expressionFindings(
  value: unknown,
  headFindings: readonly Finding[],
  stages: readonly PlacedStage[],
  plan: Plan | null,
): Finding[] {
  const stray = strayExpressions(value, stages)
  if (stages.length === 0 || headFindings.some(({ path }) => path[0] === 'parameters')) return stray
  const check = expressionChecker(scopeOf(value, plan))
  const findings = stages.flatMap(({ stage, index }) =>
    check(stage).map(finding => ({ ...finding, path: ['stages', index, ...finding.path] })),
  )
  return [...findings, ...stray]
}

function scopeOf(value: unknown, plan: Plan | null): ExpressionScope {
  const { parameters, stages } = isMap(value) ? value : {}
  const listed = Array.isArray(stages) ? stages : []
  return {
    parameters: (parameters ?? {}) as ExpressionScope['parameters'],
    stages: listed.flatMap(stage =>
      isMap(stage) && typeof stage.id === 'string' ? [{ id: stage.id, type: typeOf(stage.type) }] : [],
    ),
    before: plan?.before ?? null,
  }
}

function typeOf(type: unknown): ExpressionScope['stages'][number]['type'] {
  return typeof type === 'string' && Object.hasOwn(stageSchemas, type) ? (type as keyof typeof stageSchemas) : null
}

/** `${{` in a text that nobody evaluates would reach the outside as it stands. */
function strayExpressions(value: unknown, stages: readonly PlacedStage[]): Finding[] {
  const evaluated = new Set(
    stages.flatMap(({ stage, index }) =>
      stageTemplates(stage).map(({ path }) => jsonPointer(['stages', index, ...path])),
    ),
  )
  const readable = new Set(stages.map(({ index }) => index))
  return textsOf(value, []).flatMap(({ path, text }) => {
    if (!mayHoldTemplate(text) || evaluated.has(jsonPointer(path))) return []
    if (path[0] === 'stages' && !readable.has(path[1] as number)) return []
    return [{ path, message: `"${path.at(-1)}" cannot hold an expression` }]
  })
}

function textsOf(value: unknown, path: Path): { path: Path; text: string }[] {
  if (typeof value === 'string') return [{ path, text: value }]
  if (Array.isArray(value)) return value.flatMap((item, index) => textsOf(item, [...path, index]))
  if (!isMap(value)) return []
  return Object.entries(value).flatMap(([key, inner]) => textsOf(inner, [...path, key]))
}
