import { z } from 'zod'
import { rightsNamed } from '../../pipeline/permissions.ts'
import { duration, name } from '../../pipeline/schema/scalars.ts'

const timestamp = z.string()
const day = 86_400_000
const anyOr = z.union([z.literal('*'), name])

export const tokenBody = z.strictObject({
  /** Of the token: runs and the audit log show it as `token:NAME`. */
  name,
  /** What it may do; nobody gives more than they have. Roles can be bound to `token:NAME` as well. */
  allow: z
    .array(
      z
        .string()
        .max(64)
        .refine(text => rightsNamed(text).length > 0, 'a permission such as execution:start, execution:* or *'),
    )
    .max(50)
    .default([]),
  applications: z.array(anyOr).min(1).max(100).default(['*']),
  environments: z.array(anyOr).min(1).max(100).default(['*']),
  expiresIn: duration.refine(ms => ms >= 60_000 && ms <= 365 * day, 'from 1m to 365d').prefault('90d'),
})

/** What is told of a token; never the token. */
export const tokenView = z.object({
  name: z.string(),
  /** The part of it that is no secret, for finding it in logs of others. */
  id: z.string(),
  owner: z.string(),
  allow: z.array(z.string()),
  applications: z.array(z.string()),
  environments: z.array(z.string()),
  createdAt: timestamp,
  expiresAt: timestamp,
  usedAt: timestamp.nullable(),
  revokedAt: timestamp.nullable(),
})

export const tokenList = z.object({ items: z.array(tokenView) })

/** The only answer that holds the token. */
export const madeToken = tokenView.extend({ token: z.string() })

export type TokenView = z.output<typeof tokenView>
