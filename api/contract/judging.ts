import { z } from 'zod'
import type { MetricCalibration } from '../../pipeline/canary/calibration.ts'

/** What stable against stable says about one metric. */
const metric = z.object({
  name: z.string(),
  runs: z.int(),
  /** Runs in which it failed, though nothing differed. */
  falseFails: z.int(),
  /** What the judge promises: a fraction of runs. */
  budget: z.number(),
  /** Over-dispersion φ, median over the runs; null for series and without enough events. */
  overDispersion: z.number().nullable(),
  /** Of neighbouring intervals, mean over the runs; null with too few of them. */
  correlation: z.number().nullable(),
  /** Settings that fit what was seen; empty when the present ones do. */
  proposed: z.object({
    block: z.int().optional(),
    dispersion: z.union([z.enum(['auto', 'strict', 'none']), z.number()]).optional(),
  }),
  finding: z.string(),
}) satisfies z.ZodType<MetricCalibration>

export const calibration = z.object({
  pipeline: z.string(),
  stages: z.array(
    z.object({
      stage: z.string(),
      falseAlarm: z.number(),
      /** Runs with looks at which a fresh baseline was seen beside stable, and how many looks in all. */
      runs: z.int(),
      looks: z.int(),
      metrics: z.array(metric),
    }),
  ),
})

export type CalibrationReport = z.output<typeof calibration>
