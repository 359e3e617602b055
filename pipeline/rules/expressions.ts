import type { ExpandedStage } from '../expand-matrix.ts'
import type { GivenExpression } from '../expand-templates.ts'
import type { ExpressionScope, StageScope } from '../expressions/check.ts'
import { expressionChecker, givenChecker } from '../expressions/check.ts'
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

/** The pipeline as written, and its stages as matrices make them. */
interface Written {
  value: unknown
  expanded: readonly ExpandedStage[]
  /** What is given to templates. */
  given: readonly GivenExpression[]
}

/**
 * Faults in the expressions of the stages that fit their grammar, and expressions where none can stand. Without usable
 * parameters nothing can be said about expressions.
 */
export function expressionFindings(
  written: Written,
  headFindings: readonly Finding[],
  stages: readonly PlacedStage[],
  plan: Plan | null,
): Finding[] {
  const stray = strayExpressions(written, stages)
  if (stages.length === 0 || headFindings.some(({ path }) => path[0] === 'parameters')) return stray
  const scope = scopeOf(written, plan)
  const given = written.given.flatMap(one => {
    const position = written.expanded.findIndex(({ id, raw }) => (id ?? (isMap(raw) ? raw.id : null)) === one.stage)
    const index = written.expanded[position]?.index ?? 0
    return givenChecker(scope, one).map(finding => ({ ...finding, path: ['stages', index, ...one.path.slice(2)] }))
  })
  // Everything that reads it would be wrong as well.
  if (given.length > 0) return [...given, ...stray]
  const check = expressionChecker(scope)
  const findings = stages.flatMap(({ stage, index }) =>
    check(stage).map(finding => ({ ...finding, path: ['stages', index, ...finding.path] })),
  )
  return [...findings, ...stray]
}

function scopeOf({ value, expanded }: Written, plan: Plan | null): ExpressionScope {
  const { parameters } = isMap(value) ? value : {}
  return {
    parameters: (parameters ?? {}) as ExpressionScope['parameters'],
    stages: expanded.flatMap(({ raw, id }) =>
      isMap(raw) && typeof raw.id === 'string' ? [scopeOfStage(raw, id)] : [],
    ),
    before: plan?.before ?? null,
  }
}

function scopeOfStage(raw: Record<string, unknown>, id: string | null): StageScope {
  const type = typeOf(raw.type)
  const stage = { id: id ?? String(raw.id), type }
  if (type !== 'judgment' || !isMap(raw.inputs)) return stage
  const inputs = Object.entries(raw.inputs).map(([name, input]) => [name, isMap(input) ? input.type : null])
  const isUsable = inputs.every(
    ([name, type]) => /^[a-zA-Z_]\w*$/.test(String(name)) && inputTypes.includes(String(type)),
  )
  return isUsable ? { ...stage, inputs: Object.fromEntries(inputs) } : stage
}

const inputTypes = ['text', 'number', 'choice']

function typeOf(type: unknown): ExpressionScope['stages'][number]['type'] {
  return typeof type === 'string' && Object.hasOwn(stageSchemas, type) ? (type as keyof typeof stageSchemas) : null
}

/** `${{` in a text that nobody evaluates would reach the outside as it stands. */
function strayExpressions({ value, expanded }: Written, stages: readonly PlacedStage[]): Finding[] {
  const evaluated = new Set(
    stages.flatMap(({ stage, index }) =>
      stageTemplates(stage).map(({ path }) => jsonPointer(['stages', index, ...path])),
    ),
  )
  const readable = new Set(stages.map(({ index }) => index))
  const head = isMap(value) ? Object.entries(value).filter(([key]) => key !== 'stages') : []
  const texts = [
    ...head.flatMap(([key, inner]) => textsOf(inner, [key])),
    ...expanded.flatMap(({ raw, index }) => textsOf(raw, ['stages', index])),
  ]
  return texts.flatMap(({ path, text }) => {
    if (!mayHoldTemplate(text) || evaluated.has(jsonPointer(path))) return []
    if (path[0] === 'stages' && !readable.has(path[1] as number)) return []
    if (isTriggerTemplate(value, path)) return []
    return [{ path, message: `"${path.at(-1)}" cannot hold an expression` }]
  })
}

/** Checked by the rules of triggers. */
function isTriggerTemplate(value: unknown, [root, index, key]: Path): boolean {
  if (root !== 'triggers' || (key !== 'when' && key !== 'parameters')) return false
  const triggers = isMap(value) ? value.triggers : []
  const trigger = Array.isArray(triggers) ? triggers[index as number] : null
  return isMap(trigger) && trigger.type !== 'schedule'
}

function textsOf(value: unknown, path: Path): { path: Path; text: string }[] {
  if (typeof value === 'string') return [{ path, text: value }]
  if (Array.isArray(value)) return value.flatMap((item, index) => textsOf(item, [...path, index]))
  if (!isMap(value)) return []
  return Object.entries(value).flatMap(([key, inner]) => textsOf(inner, [...path, key]))
}
