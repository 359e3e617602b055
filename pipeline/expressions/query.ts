import { asExpressionError, ExpressionError } from './errors.ts'
import { fillTemplate } from './evaluate.ts'
import { baseEnvironment, readExpression } from './language.ts'

/**
 * Metric queries: `${{ selector }}`, `${{ window }}`, `${{ service }}` and `${{ target }}`, resolved at every look.
 * The syntax of label matchers, text and ranges is that of PromQL. Values are escaped by type, so that no version or
 * name can change what a query means.
 */

/** Labels a selector may match on. */
export const selectorLabels = ['target', 'service', 'cluster', 'version', 'instance', 'environment', 'region'] as const

export type SelectorLabel = (typeof selectorLabels)[number]

export interface QueryContext {
  /** Label → value; the labels of one cluster. */
  selector: Readonly<Partial<Record<SelectorLabel, string>>>
  /** Milliseconds. */
  window: number
  service: string
  target: string
}

/** No operators and no fields: what is opaque can only be put into a query as it is. */
class Opaque {
  readonly #text: string
  constructor(text: string) {
    this.#text = text
  }
  toString(): string {
    return this.#text
  }
}
class Selector extends Opaque {}
class Range extends Opaque {}

export const queryEnvironment = baseEnvironment
  .clone()
  .registerType('Selector', { ctor: Selector, fields: {} })
  .registerType('Range', { ctor: Range, fields: {} })
  .registerVariable('selector', 'Selector')
  .registerVariable('window', 'Range')
  .registerVariable('service', 'string')
  .registerVariable('target', 'string')

export const queryVariables = ['selector', 'window', 'service', 'target'] as const

/** The query as it is sent. Throws `ExpressionError`. */
export function resolveQuery(template: string, context: QueryContext): string {
  const values = {
    selector: new Selector(matchers(context.selector)),
    window: new Range(range(context.window)),
    service: context.service,
    target: context.target,
  }
  return String(fillTemplate(template, source => evaluateInQuery(source, values)))
}

function evaluateInQuery(source: string, values: Record<string, unknown>): string {
  readExpression(source)
  let value: unknown
  try {
    value = queryEnvironment.evaluate(source, values)
  } catch (error) {
    throw asExpressionError(source, error)
  }
  if (value instanceof Opaque) return value.toString()
  if (typeof value === 'string') return escapeText(value)
  if (typeof value === 'bigint' || (typeof value === 'number' && Number.isFinite(value))) return String(value)
  throw new ExpressionError(source, 'only the selector, the window, text and numbers can be put into a query')
}

function matchers(selector: QueryContext['selector']): string {
  const unknown = Object.keys(selector).filter(label => !selectorLabels.includes(label as SelectorLabel))
  if (unknown.length > 0) throw new ExpressionError('selector', `"${unknown[0]}" is not a label that may be matched on`)
  return selectorLabels
    .filter(label => selector[label] !== undefined)
    .map(label => `${label}="${escapeText(selector[label]!)}"`)
    .join(',')
}

/** Whole milliseconds, in the largest unit that fits. */
function range(milliseconds: number): string {
  if (!(Number.isSafeInteger(milliseconds) && milliseconds > 0)) {
    throw new ExpressionError('window', 'the window must be a whole number of milliseconds above zero')
  }
  return milliseconds % 1_000 === 0 ? `${milliseconds / 1_000}s` : `${milliseconds}ms`
}

/** The inside of a quoted PromQL text, whichever of the three quotes is around it. */
function escapeText(text: string): string {
  return text
    .replace(/[\\"'`]/g, character => `\\x${character.charCodeAt(0).toString(16)}`)
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
