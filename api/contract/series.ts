import { z } from 'zod'

/**
 * What a canary saw over time, small enough for a chart: one entry a look in every list, oldest first. A tenth of the
 * full analysis and less; null where there is no number.
 */
export const seriesReport = z.object({
  execution: z.string(),
  stage: z.string(),
  looks: z.array(z.int()),
  /** End of each look's window, epoch milliseconds. */
  at: z.array(z.number()),
  /** Percent of live traffic of the canary. */
  weight: z.array(z.number()),
  metrics: z.array(
    z.object({
      name: z.string(),
      /** Values are shares of requests or the like, and so are written as percentages. */
      share: z.boolean(),
      baseline: z.array(z.number().nullable()),
      canary: z.array(z.number().nullable()),
      /** Evidence for harm; negative: for no harm, of that size. As a natural logarithm; null when it was not judged. */
      evidence: z.array(z.number().nullable()),
    }),
  ),
})

export type SeriesReport = z.output<typeof seriesReport>
export type MetricSeries = SeriesReport['metrics'][number]
