import type { ParameterValue } from './execution.ts'
import { ExpressionError } from './expressions/errors.ts'
import { type Reference, readExpression } from './expressions/language.ts'
import { mayHoldTemplate, parseTemplate, TemplateError } from './expressions/templates.ts'
import { isMap } from './schema/words.ts'

/** Values by parameter: fixed, or an expression of the pipeline. */
export type Given = Readonly<Record<string, { value: ParameterValue } | { text: string; source: string }>>

export interface Filling {
  values: Given
  /** Of the use: stages of the template are called `PREFIX-ID`. */
  prefix: string
  ids: readonly string[]
}

/**
 * A stage of a template with its parameters filled in. A text that is nothing but `${{ parameters.NAME }}` becomes the value,
 * of its type; inside other expressions the reference is replaced as a whole operand, so that no value can change
 * what is around it.
 */
export function fillStage(raw: unknown, filling: Filling): { value: unknown; faults: string[] } {
  const faults: string[] = []
  const fill = (value: unknown): unknown => {
    if (typeof value === 'string') return mayHoldTemplate(value) ? filledText(value, filling, faults) : value
    if (Array.isArray(value)) return value.map(fill)
    if (!isMap(value)) return value
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, fill(inner)]))
  }
  if (!isMap(raw) || typeof raw.when !== 'string') return { value: fill(raw), faults }
  // A condition stays an expression: `false` is no text.
  const { when, ...rest } = raw
  return { value: { ...(fill(rest) as object), when: filledExpressions(when, filling, faults) }, faults }
}

const whole = /^\$\{\{\s*parameters\.([a-zA-Z_][a-zA-Z0-9_]*)\s*\}\}$/

function filledText(text: string, filling: Filling, faults: string[]): unknown {
  const name = whole.exec(text)?.[1]
  const given = name !== undefined && Object.hasOwn(filling.values, name) ? filling.values[name] : undefined
  if (given !== undefined) return 'value' in given ? given.value : given.text
  return filledExpressions(text, filling, faults)
}

function filledExpressions(text: string, filling: Filling, faults: string[]): string {
  try {
    let filled = text
    for (const part of parseTemplate(text).reverse()) {
      if (part.kind === 'text') continue
      const { expressionStart: start, source } = part
      filled = filled.slice(0, start) + filledSource(source, filling) + filled.slice(start + source.length)
    }
    return filled
  } catch (error) {
    if (!(error instanceof TemplateError || error instanceof ExpressionError)) throw error
    faults.push(`in the expression: ${error instanceof ExpressionError ? error.reason : error.message}`)
    return text
  }
}

function filledSource(source: string, filling: Filling): string {
  return readExpression(source)
    .references.sort((a, b) => b.start - a.start)
    .reduce((text, reference) => {
      const operand = operandOf(source, reference, filling)
      return operand === null ? text : text.slice(0, reference.start) + operand + text.slice(reference.end)
    }, source)
}

/** What stands for a reference; null: what was written. */
function operandOf(
  source: string,
  { root, key, keyStart }: Reference,
  { values, ids, prefix }: Filling,
): string | null {
  if (root !== 'parameters' && root !== 'stages') return null
  const refuse = (reason: string) => new ExpressionError(source, reason, keyStart)
  if (key === null) throw refuse(`write out which, such as ${root}.name`)
  if (root === 'parameters') {
    const given = Object.hasOwn(values, key) ? values[key]! : null
    if (given === null) throw refuse(`the template has no parameter "${key}"`)
    return 'value' in given ? literal(given.value) : `(${given.source.trim()})`
  }
  if (!ids.includes(key.replace(/\[.*$/, ''))) throw refuse(`the template has no stage "${key}"`)
  return `stages[${JSON.stringify(`${prefix}-${key}`)}]`
}

/** Numbers of pipelines are doubles. */
function literal(value: ParameterValue): string {
  return typeof value === 'number' ? `double(${JSON.stringify(String(value))})` : JSON.stringify(value)
}
