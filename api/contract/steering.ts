import { z } from 'zod'
import { executionStatus, judgmentProgress } from './execution.ts'

/** What people say to runs. */

const timestamp = z.string()

/** Id of a stage; those of a matrix carry their values: `deploy[eu]`. */
export const stageId = z.string().regex(/^[a-z0-9-]{1,63}(\[[\w.,-]{1,200}\])?$/, 'the id of a stage')

export const steerBody = z.strictObject({
  /** For the audit log and for whoever looks at the run later. */
  reason: z.string().max(2_000).optional(),
})

/** `stage`: the one that is meant, when there is more than one that it could be. */
export const stageBody = steerBody.extend({ stage: stageId.optional() })

export const retryBody = steerBody.extend({
  /** This stage runs again and all that comes after it; without it, all that has not succeeded. */
  stage: stageId.optional(),
})

export const judgmentBody = z.strictObject({
  decision: z.enum(['approve', 'reject']),
  /** A rejection needs one. */
  comment: z.string().max(2_000).optional(),
  inputs: z.record(z.string().max(63), z.union([z.string().max(4_096), z.number()])).optional(),
  /** Approves although one started the run oneself; needs `judgment:override`, and is in the audit log. */
  override: z.boolean().default(false),
})

/** What a link of a message has behind the `#`. */
export const approvalLinkText = z.string().min(1).max(4_096)

/** What a link asks: an answer through it counts for exactly this. */
export const approvalLink = z.object({
  execution: z.string(),
  stage: z.string(),
  seen: z.string(),
  /** Connection it was sent over. */
  connection: z.string(),
  expiresAt: timestamp,
})

/** Something that waits for a person. */
export const inboxItem = z.object({
  kind: z.enum(['judgment', 'held', 'errored', 'rollback-failed']),
  execution: z.string(),
  pipeline: z.string(),
  application: z.string(),
  status: executionStatus,
  stage: z.string(),
  /** Since when. */
  since: timestamp.nullable(),
  reason: z.string().nullable(),
  /** Of a judgment. */
  judgment: judgmentProgress.nullable(),
})

export const inbox = z.object({ items: z.array(inboxItem) })

export type InboxItem = z.output<typeof inboxItem>
export type Inbox = z.output<typeof inbox>
