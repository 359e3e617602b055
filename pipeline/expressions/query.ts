import { type DialectName, dialects } from './dialects.ts'
import { asExpressionError, ExpressionError } from './errors.ts'
import { fillTemplate } from './evaluate.ts'
import { baseEnvironment, readExpression } from './language.ts'

/**
 * Metric queries: `${{ selector }}`, `${{ window }}`, `${{ service }}` and the like, resolved at every look. How labels,
 * text and times are written is the business of the metrics system that is asked (`dialects.ts`). Values are escaped by
 * type, so that no version or name can change what a query means.
 */

/** Labels a selector may match on. */
export const selectorLabels = ['target', 'service', 'cluster', 'version', 'instance', 'environment', 'region'] as const

export type SelectorLabel = (typeof selectorLabels)[number]

/** What a metrics system calls our labels; `false` for one that it does not have. */
export type LabelNames = Readonly<Partial<Record<SelectorLabel, string | false>>>

export interface QueryContext {
  /** Label → value; the labels of one cluster. */
  selector: Readonly<Partial<Record<SelectorLabel, string>>>
  /** Epoch milliseconds: from (inclusive) to (exclusive). */
  from: number
  to: number
}

export interface QueryLanguage {
  dialect: DialectName
  labels: LabelNames
}

/** PromQL, with our labels under their own names. */
export const usualLanguage: QueryLanguage = { dialect: 'promql', labels: {} }

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
class Instant extends Opaque {}

export const queryEnvironment = baseEnvironment
  .clone()
  .registerType('Selector', { ctor: Selector, fields: {} })
  .registerType('Range', { ctor: Range, fields: {} })
  .registerType('Instant', { ctor: Instant, fields: {} })
  .registerVariable('selector', 'Selector')
  .registerVariable('window', 'Range')
  .registerVariable('from', 'Instant')
  .registerVariable('to', 'Instant')
  .registerVariable('service', 'string')
  .registerVariable('target', 'string')
  .registerVariable('cluster', 'string')
  .registerVariable('version', 'string')

export const queryVariables = ['selector', 'window', 'from', 'to', 'service', 'target', 'cluster', 'version'] as const

/** The query as it is sent. Throws `ExpressionError`. */
export function resolveQuery(template: string, context: QueryContext, language = usualLanguage): string {
  const { selector, from, to } = context
  const { window, instant, text } = dialects[language.dialect]
  if (!(Number.isSafeInteger(to - from) && to > from))
    throw new ExpressionError('window', 'the window must be a whole number of milliseconds above zero')
  const values = {
    selector: new Selector(matchers(selector, language)),
    window: new Range(window(to - from)),
    from: new Instant(instant(from)),
    to: new Instant(instant(to)),
    service: selector.service ?? '',
    target: selector.target ?? '',
    cluster: selector.cluster ?? '',
    version: selector.version ?? '',
  }
  return String(fillTemplate(template, source => evaluateInQuery(source, values, text)))
}

function evaluateInQuery(source: string, values: Record<string, unknown>, text: (value: string) => string): string {
  readExpression(source)
  let value: unknown
  try {
    value = queryEnvironment.evaluate(source, values)
  } catch (error) {
    throw asExpressionError(source, error)
  }
  if (value instanceof Opaque) return value.toString()
  if (typeof value === 'string') return text(value)
  if (typeof value === 'bigint' || (typeof value === 'number' && Number.isFinite(value))) return String(value)
  throw new ExpressionError(source, 'only the selector, times, text and numbers can be put into a query')
}

function matchers(selector: QueryContext['selector'], { dialect, labels }: QueryLanguage): string {
  const unknown = Object.keys(selector).filter(label => !selectorLabels.includes(label as SelectorLabel))
  if (unknown.length > 0) throw new ExpressionError('selector', `"${unknown[0]}" is not a label that may be matched on`)
  const matched = selectorLabels.flatMap(label => {
    const value = selector[label]
    const name = labels[label] ?? label
    return value === undefined || name === false ? [] : [[name, value] as const]
  })
  return dialects[dialect].selector(matched)
}
