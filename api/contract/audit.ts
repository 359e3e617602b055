import { z } from 'zod'

const outcome = z.enum(['allowed', 'refused'])
const time = z.iso.datetime({ precision: 3, error: 'a time such as 2026-03-01T10:00:00.000Z' })
const word = z.string().min(1).max(300)

export const auditRecord = z.object({
  sequence: z.int(),
  at: z.string(),
  actor: z.string(),
  action: z.string(),
  subject: z.string(),
  outcome,
  data: z.record(z.string(), z.unknown()),
  /** Hash of the record before; SHA-256 of the canonical JSON (RFC 8785) of this one without `hash`. */
  previous: z.string(),
  hash: z.string(),
})

export const auditPage = z.object({ items: z.array(auditRecord), next: z.string().nullable() })

export const auditQuery = z.strictObject({
  actor: word.optional(),
  action: word.optional(),
  subject: word.optional(),
  outcome: outcome.optional(),
  from: time.optional(),
  to: time.optional(),
  limit: z.coerce.number<number | string>().int().min(1).max(500).default(50),
  cursor: z.string().max(500).optional(),
})

export const auditRange = z.strictObject({
  /** After this sequence. */
  after: z.coerce.number<number | string>().int().min(0).default(0),
  limit: z.coerce.number<number | string>().int().min(1).max(500).default(500),
})

export const auditRecords = z.object({ items: z.array(auditRecord) })

export const auditVerification = z.object({
  /** Sequence of the first record at which the chain does not hold; null when it does. */
  firstBad: z.int().nullable(),
  /** The newest record. */
  head: z.object({ sequence: z.int(), hash: z.string() }).nullable(),
})
