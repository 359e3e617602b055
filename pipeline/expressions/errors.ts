import { EvaluationError, ParseError, TypeError as TypeFault } from '@marcbachmann/cel-js'

/** An expression that cannot be read, may not run, or failed. Never anything else comes out of this folder. */
export class ExpressionError extends Error {
  readonly expression: string
  /** One sentence, without the expression. */
  readonly reason: string
  /** Characters into the expression. */
  readonly offset: number

  constructor(expression: string, reason: string, offset = 0) {
    super(`the expression "${shorten(expression.trim())}" ${verb(reason)}: ${reason}`)
    this.name = 'ExpressionError'
    this.expression = expression
    this.reason = reason
    this.offset = offset
  }
}

/** Turns what the CEL library throws into our error; a stack overflow counts as an expression that is too deep. */
export function asExpressionError(expression: string, error: unknown): ExpressionError {
  if (error instanceof ExpressionError) return error
  if (error instanceof ParseError || error instanceof TypeFault || error instanceof EvaluationError) {
    return new ExpressionError(expression, inPlainWords(error.code, error.summary), error.range?.start ?? 0)
  }
  if (error instanceof RangeError) return new ExpressionError(expression, 'it is nested too deeply')
  return new ExpressionError(expression, `it cannot be evaluated: ${error instanceof Error ? error.message : error}`)
}

/** Type names of CEL in the words of the pipeline language. */
export function typeName(type: string): string {
  return type
    .replace(/\bdyn<([^<>]*)>/g, '$1')
    .replace(/\bdouble\b/g, 'number')
    .replace(/\bint\b/g, 'integer')
    .replace(/\bbool\b/g, 'boolean')
    .replace(/\bdyn\b/g, 'any')
    .replace(/\bRelease\b/g, 'release')
}

function inPlainWords(code: string, summary: string): string {
  const [, detail = ''] = /: (.*)$/s.exec(summary) ?? []
  switch (code) {
    case 'no_such_overload':
      return `"${typeName(detail)}" is not possible; convert with string(), double() or int()`
    case 'no_such_key':
      return `there is no "${detail}"`
    case 'unknown_variable':
      return `nothing is called "${detail}"`
    case 'limit_exceeded':
      return 'it is too large'
    case 'incompatible_ternary_branches':
      return 'both sides of "? :" must have the same type'
    case 'unexpected_token':
    case 'expected_token':
      return summary.includes('EOF') ? 'it ends too early' : 'it is not valid CEL here'
    default:
      return typeName(lowerFirst(summary))
  }
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}

function verb(reason: string): string {
  return reason.startsWith('it ') ? 'was refused' : 'failed'
}

function shorten(text: string): string {
  return text.length > 120 ? `${text.slice(0, 117)}...` : text
}
