import { z } from 'zod'
import { name } from '../../../pipeline/schema/scalars.ts'
import type { Permission } from '../permissions.ts'
import type { ProblemKind } from '../problem.ts'

export interface Route {
  method: 'get' | 'post' | 'delete'
  /** `{name}` stands for a parameter of `params`. */
  path: `/${string}`
  permission: Permission
  summary: string
  /** It will end: since when that is said, and when it ends at the earliest; ISO 8601. */
  deprecated?: { since: string; sunset: string }
  params: z.ZodObject
  query: z.ZodObject
  headers: z.ZodObject
  /** The answer has an `ETag`: of all it says, or of how far a run has come, too, which is what `If-Match` compares. */
  versioned?: 'content' | 'position'
  /** Null when the request has no body. */
  body: z.ZodType | null
  /** Instead of a body in JSON: bytes, at most so many, which the handler gets as they are. */
  raw?: number
  success: {
    status: 200 | 201 | 202 | 204 | 302
    type: 'application/json' | 'text/event-stream' | 'text/plain'
    schema: z.ZodType
  }
  /** Beside those every route has: see `commonProblems`. */
  problems: readonly ProblemKind[]
}

export const none = z.strictObject({})

/** Headers that the operation does not look at are let through. */
export const anyHeaders = z.object({})

/** Answered with 304 when the answer is still the one with this `ETag`. */
export const unlessKnown = z.object({ 'if-none-match': z.string().max(1_000).optional() })

/** Refused with 412 when the run has got past the version that was looked at. */
export const onlyIfSeen = z.object({ 'if-match': z.string().max(1_000).optional() })

export const executionId = z.strictObject({ id: z.string().regex(/^[a-z0-9-]{1,128}$/, 'the id of an execution') })
export const pipelineName = z.strictObject({ name })
