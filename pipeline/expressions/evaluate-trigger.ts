import type { Json } from '../execution.ts'
import { asExpressionError } from './errors.ts'
import { fillTemplate, withoutStackTraces } from './evaluate.ts'
import { baseEnvironment, readExpression } from './language.ts'
import { readPart } from './payload.ts'
import { triggerEnvironment } from './trigger-scope.ts'
import { fromCel, toCel } from './values.ts'

/** What a trigger knows, by the variables of its type; plain data of any size. */
export type TriggerContext = Readonly<Record<string, unknown>>

/** A template that is one whole expression keeps its type; any other becomes text. Throws `ExpressionError`. */
export function evaluateTriggerTemplate(template: string, context: TriggerContext): Json {
  return fillTemplate(template, source => evaluate(source, context))
}

function evaluate(source: string, context: TriggerContext): Json {
  const { references } = readExpression(source)
  try {
    const { ast } = baseEnvironment.parse(source)
    const values: Record<string, unknown> = {}
    for (const root of new Set(references.map(reference => reference.root)))
      values[root] = toCel(readPart(context[root], root, ast), root)
    return fromCel(
      withoutStackTraces(() => triggerEnvironment.evaluate(source, values)),
      source,
    )
  } catch (error) {
    throw asExpressionError(source, error)
  }
}
