import { z } from 'zod'
import { rights } from './permissions.ts'

export const session = z.object({
  principal: z.object({ name: z.string(), type: z.enum(['token', 'session']) }),
  rights: z.array(z.enum(rights as [(typeof rights)[number], ...typeof rights])),
  server: z.object({ version: z.string() }),
})

export type Session = z.output<typeof session>

const check = z.enum(['ok', 'down'])

/** `status` is `ok` when a run that is triggered now would start. Says no more than that to those it does not know. */
export const health = z.object({
  status: check,
  checks: z.object({ store: check, temporal: check, worker: check }),
})

export type Health = z.output<typeof health>

export const loginBody = z.strictObject({
  /** The one-time code of the link that `serve` prints. */
  code: z.string().max(200),
})

/** An answer without content. */
export const nothing = z.null()
