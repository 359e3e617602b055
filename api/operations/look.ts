import { z } from 'zod'
import type { StoredEvent } from '../../pipeline/execution.ts'
import { type LookView, metricJudgment } from '../contract/analysis.ts'
import { verdict, weights } from '../contract/execution.ts'

/** What a look's event carries; events of older versions may carry less. */
const data = z.object({
  look: z.int(),
  verdict,
  reason: z.string().default(''),
  weights: weights.nullable().default(null),
  judgment: z
    .object({
      judge: z.object({ type: z.string(), version: z.string() }),
      metrics: z.array(metricJudgment),
    })
    .nullable()
    .default(null),
})

/** What the judge said at one look; null when the event does not tell. */
export function readLook(event: StoredEvent): LookView | null {
  const parsed = data.safeParse(event.data)
  if (!parsed.success) return null
  const { look, verdict: said, reason, weights: shares, judgment } = parsed.data
  return {
    look,
    at: event.at,
    weights: shares,
    verdict: said,
    reason,
    judge: judgment?.judge ?? null,
    metrics: judgment?.metrics ?? [],
  }
}
