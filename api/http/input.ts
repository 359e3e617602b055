import { z } from 'zod'
import { jsonPointer } from '../../pipeline/problem.ts'
import type { ProblemError } from '../contract/problem.ts'
import { Refusal } from './refusal.ts'

export type Part = 'path' | 'query' | 'header' | 'body'

/** What the schema makes of one part of a request; refused with every place that does not fit. */
export function parsePart<S extends z.ZodType>(part: Part, schema: S, value: unknown): z.output<S> {
  if (part !== 'body') refuseOddText(part, schema, value as Readonly<Record<string, unknown>>)
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const errors = parsed.error.issues.slice(0, 50).flatMap(issue => problemErrors(part, issue))
  throw new Refusal('invalid-request', `the ${part} of the request is not valid: ${errors[0]?.message}`, { errors })
}

/**
 * What is text on its way and should not be taken for what it looks like: nothing, blanks or 0x10 are no numbers, though
 * JavaScript makes numbers of them; and no store takes a NUL.
 */
function refuseOddText(part: Part, schema: z.ZodType, values: Readonly<Record<string, unknown>>): void {
  const shape = schema instanceof z.ZodObject ? schema.shape : {}
  for (const [name, value] of Object.entries(values)) {
    if (typeof value !== 'string') continue
    const odd = value.includes('\0')
      ? 'a NUL is in it'
      : isNumber(shape[name]) && !/^-?\d+(\.\d+)?$/.test(value)
        ? 'not a number'
        : null
    if (odd === null) continue
    const message = `${name}: ${odd}`
    const errors = [{ pointer: jsonPointer([part, name]), line: null, column: null, message }]
    throw new Refusal('invalid-request', `the ${part} of the request is not valid: ${message}`, { errors })
  }
}

function isNumber(schema: unknown): boolean {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault)
    return isNumber(schema.unwrap())
  return schema instanceof z.ZodNumber
}

function problemErrors(part: Part, issue: z.core.$ZodIssue): ProblemError[] {
  const place = issue.path.map(key => (typeof key === 'symbol' ? String(key) : key))
  // In a body the pointer is into what was sent; elsewhere it begins with the part's name.
  const pointer = part === 'body' ? jsonPointer(place) : jsonPointer([part, ...place])
  const name = place.length === 0 ? part : place.join('.')
  const message = issue.code === 'unrecognized_keys' ? `unknown: ${issue.keys.join(', ')}` : `${name}: ${issue.message}`
  return [{ pointer, line: null, column: null, message }]
}
