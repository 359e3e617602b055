import type { z } from 'zod'
import { jsonPointer } from '../../pipeline/problem.ts'
import type { ProblemError } from '../contract/problem.ts'
import { Refusal } from './refusal.ts'

export type Part = 'path' | 'query' | 'header' | 'body'

/** What the schema makes of one part of a request; refused with every place that does not fit. */
export function parsePart<S extends z.ZodType>(part: Part, schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const errors = parsed.error.issues.slice(0, 50).flatMap(issue => problemErrors(part, issue))
  throw new Refusal('invalid-request', `the ${part} of the request is not valid: ${errors[0]?.message}`, { errors })
}

function problemErrors(part: Part, issue: z.core.$ZodIssue): ProblemError[] {
  const place = issue.path.map(key => (typeof key === 'symbol' ? String(key) : key))
  // In a body the pointer is into what was sent; elsewhere it begins with the part's name.
  const pointer = part === 'body' ? jsonPointer(place) : jsonPointer([part, ...place])
  const name = place.length === 0 ? part : place.join('.')
  const message = issue.code === 'unrecognized_keys' ? `unknown: ${issue.keys.join(', ')}` : `${name}: ${issue.message}`
  return [{ pointer, line: null, column: null, message }]
}
