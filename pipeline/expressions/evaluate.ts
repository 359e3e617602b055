import type { Json, ParameterValue, Trigger } from '../execution.ts'
import { asExpressionError, ExpressionError } from './errors.ts'
import type { Expression } from './language.ts'
import { readExpression } from './language.ts'
import { evaluationEnvironment, stageReferences, stageVariable, withStageVariables } from './scope.ts'
import { parseTemplate, TemplateError } from './templates.ts'
import { fromCel, toCel } from './values.ts'

/** What expressions of a stage can see; plain JSON. */
export interface ExpressionContext {
  parameters: Readonly<Record<string, ParameterValue>>
  trigger: Trigger
  execution: { id: string; pipeline: string; application: string; revision: string; attempt: number }
  /** Outputs of the stages that came before, by id. */
  stages: Readonly<Record<string, Readonly<Record<string, Json>>>>
  /** Of a stage of a matrix: its values. */
  matrix?: Readonly<Record<string, ParameterValue>>
}

/** A template that is one whole expression keeps its type; any other becomes text. Throws `ExpressionError`. */
export function evaluateTemplate(template: string, context: ExpressionContext): Json {
  return fillTemplate(template, source => evaluate(source, context))
}

/** Throws `ExpressionError`. */
export function evaluate(source: string, context: ExpressionContext): Json {
  const expression = readExpression(source)
  const ids = stagesRead(expression, context)
  const values: Record<string, unknown> = {}
  for (const root of ['parameters', 'trigger', 'execution', 'matrix'] as const) {
    if (expression.references.some(reference => reference.root === root))
      values[root] = toCel(context[root] ?? {}, root)
  }
  for (const [index, id] of ids.entries()) values[stageVariable(index)] = outputsToCel(context.stages[id]!, id, source)
  try {
    const text = withStageVariables(expression, ids)
    return fromCel(
      withoutStackTraces(() => evaluationEnvironment.evaluate(text, values)),
      source,
    )
  } catch (error) {
    throw asExpressionError(source, error)
  }
}

/** A loop may throw and swallow an error for every element; nobody sees their traces, and they cost most of the time. */
export function withoutStackTraces<T>(evaluation: () => T): T {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  try {
    return evaluation()
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}

/** A large output does no harm to expressions that do not read it. */
function outputsToCel(outputs: Readonly<Record<string, Json>>, id: string, source: string): Map<string, unknown> {
  const read = Object.entries(outputs).filter(([key]) => source.includes(key))
  return new Map(read.map(([key, value]) => [key, toCel(value, `stages.${id}.${key}`)]))
}

/** Puts the values into the text; `evaluateOne` gets each expression's source. */
export function fillTemplate(template: string, evaluateOne: (source: string) => Json): Json {
  const parts = readTemplate(template)
  const [first] = parts
  if (parts.length === 1 && first!.kind === 'expression') return evaluateOne(first!.source)
  return parts.map(part => (part.kind === 'text' ? part.text : asText(evaluateOne(part.source), part.source))).join('')
}

function readTemplate(template: string): ReturnType<typeof parseTemplate> {
  try {
    return parseTemplate(template)
  } catch (error) {
    if (error instanceof TemplateError) throw new ExpressionError(template, error.message, error.offset)
    throw error
  }
}

function asText(value: Json, expression: string): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  const what = value === null ? 'null' : Array.isArray(value) ? 'a list' : 'a map'
  throw new ExpressionError(expression, `only text, numbers and booleans can be put into text, not ${what}`)
}

function stagesRead(expression: Expression, { stages }: ExpressionContext): string[] {
  for (const { root, key, start } of expression.references) {
    if (root !== 'stages') continue
    if (key === null) throw new ExpressionError(expression.source, 'the stage must be written out', start)
    if (Object.hasOwn(stages, key)) continue
    throw new ExpressionError(expression.source, `stage "${key}" has no outputs yet`, start)
  }
  return [...new Set(stageReferences(expression).map(reference => reference.key))]
}
