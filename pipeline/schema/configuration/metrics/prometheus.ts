import { z } from 'zod'
import { positiveDuration } from '../../scalars.ts'
import { source } from './source.ts'

export const prometheus = z.strictObject({
  type: z.literal('prometheus').describe('Prometheus, or what speaks its query API: Thanos, Mimir, VictoriaMetrics.'),
  ...source,
  step: positiveDuration
    .optional()
    .describe('Reads `series` metrics as a range at this step and averages it; without it, as one instant.'),
})
