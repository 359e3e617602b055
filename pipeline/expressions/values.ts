import type { Json } from '../execution.ts'
import { ExpressionError } from './errors.ts'
import { valueLimits } from './work.ts'

/**
 * Values on their way into CEL and back. Objects become Maps, so that no key can reach a prototype;
 * whole numbers come back as plain numbers; what JSON cannot hold is an error.
 */

/** Refuses values that are larger than the budget of `work.ts` assumes. */
export function toCel(value: unknown, name: string): unknown {
  const rest = { size: valueLimits.total }
  return convertIn(value, { name, rest, depth: 0 })
}

export function fromCel(value: unknown, expression: string): Json {
  return convertOut(value, expression)
}

interface Inward {
  name: string
  rest: { size: number }
  depth: number
}

function convertIn(value: unknown, inward: Inward): unknown {
  const tooLarge = () => new ExpressionError(inward.name, `it is too large to be used in an expression`)
  const deeper = { ...inward, depth: inward.depth + 1 }
  inward.rest.size -= typeof value === 'string' ? value.length + 1 : 1
  if (inward.rest.size < 0 || inward.depth > valueLimits.depth) throw tooLarge()
  if (typeof value === 'string') {
    if (value.length > valueLimits.textLength) throw tooLarge()
    return value
  }
  if (value === null || value === undefined || typeof value === 'number' || typeof value === 'boolean') return value
  if (Array.isArray(value)) {
    if (value.length > valueLimits.elements) throw tooLarge()
    return value.map(each => convertIn(each, deeper))
  }
  if (typeof value !== 'object') throw new ExpressionError(inward.name, `it is not plain data`)
  const entries = Object.entries(value).filter(([, each]) => each !== undefined)
  if (entries.length > valueLimits.elements) throw tooLarge()
  return new Map(entries.map(([key, each]) => [key, convertIn(each, deeper)]))
}

function convertOut(value: unknown, expression: string): Json {
  const refuse = (reason: string) => new ExpressionError(expression, reason)
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'bigint': {
      const number = Number(value)
      if (!Number.isSafeInteger(number)) throw refuse('its result is too large a number')
      return number
    }
    case 'number':
      if (!Number.isFinite(value)) throw refuse('its result is not a finite number')
      return value
  }
  if (value === null) return null
  if (Array.isArray(value)) return value.map(each => convertOut(each, expression))
  if (value instanceof Map || isPlainObject(value)) {
    const entries = value instanceof Map ? [...value] : Object.entries(value)
    return Object.fromEntries(entries.map(([key, each]) => [String(key), convertOut(each, expression)]))
  }
  throw refuse('its result is not plain data')
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
