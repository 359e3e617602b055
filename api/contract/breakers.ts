import { z } from 'zod'

export const breaker = z.object({
  /** Of the metric provider. */
  name: z.string(),
  type: z.string(),
  /** `open`: left alone, because it only failed; `unknown`: only workers know, and this process is none. */
  state: z.enum(['closed', 'open', 'half-open', 'unknown']),
  /** Null: since the start. */
  since: z.string().nullable(),
  lastFailure: z.string().nullable(),
})

export const breakerList = z.object({ items: z.array(breaker) })

export type BreakerView = z.output<typeof breaker>
