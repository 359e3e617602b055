import { z } from 'zod'

/** Every way a request can be refused, in one table. The name is stable and becomes the problem's `type`. */
export const problemKinds = {
  'invalid-request': { status: 400, title: 'The request is not well-formed' },
  unauthenticated: { status: 401, title: 'Who is asking is not known' },
  forbidden: { status: 403, title: 'Not allowed' },
  'not-found': { status: 404, title: 'There is no such thing' },
  'method-not-allowed': { status: 405, title: 'This cannot be done here' },
  'request-timeout': { status: 408, title: 'The request took too long to arrive' },
  'already-ended': { status: 409, title: 'The execution has ended' },
  refused: { status: 409, title: 'Not possible in the present state' },
  frozen: { status: 409, title: 'A freeze is in force' },
  stale: { status: 412, title: 'It has changed since it was looked at' },
  'payload-too-large': { status: 413, title: 'The request is too large' },
  'unsupported-media-type': { status: 415, title: 'The content type is not supported' },
  misdirected: { status: 421, title: 'The request is for another host' },
  'trigger-refused': { status: 422, title: 'A trigger is meant, and nothing can be started' },
  'invalid-definition': { status: 422, title: 'The pipeline definition is not valid' },
  'invalid-parameters': { status: 422, title: 'The parameters do not fit the pipeline' },
  'idempotency-mismatch': { status: 422, title: 'The idempotency key was used for another request' },
  'invalid-answer': { status: 422, title: 'The answer does not fit the question' },
  'precondition-required': { status: 428, title: 'The request has to say what it is about' },
  'too-many-requests': { status: 429, title: 'Too many requests at once' },
  internal: { status: 500, title: 'The server made a mistake' },
  unavailable: { status: 503, title: 'Not available right now' },
} as const satisfies Record<string, { status: number; title: string }>

export type ProblemKind = keyof typeof problemKinds

const typePrefix = 'urn:slipway:problem:'

export function problemType(kind: ProblemKind): string {
  return typePrefix + kind
}

/** The kind behind a problem's `type`; null for one this version does not know. */
export function kindOf(type: string): ProblemKind | null {
  const kind = type.slice(typePrefix.length)
  return type.startsWith(typePrefix) && Object.hasOwn(problemKinds, kind) ? (kind as ProblemKind) : null
}

/** One place in what was sent (or in a pipeline file) that is wrong. */
export const problemError = z.object({
  /** JSON pointer; empty when the whole is meant. */
  pointer: z.string(),
  /** From 1, in the pipeline's text; null when there is no text. */
  line: z.int().nullable(),
  column: z.int().nullable(),
  message: z.string(),
})

/** RFC 9457, `application/problem+json`. */
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  requestId: z.string(),
  errors: z.array(problemError),
})

export type Problem = z.output<typeof problem>
export type ProblemError = z.output<typeof problemError>
