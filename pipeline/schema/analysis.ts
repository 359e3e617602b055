import { z } from 'zod'
import { duration, name, percentage, template } from './scalars.ts'

/** A bare percentage is absolute for shares (percentage points) and relative for everything else. */
const margin = z.union([
  percentage,
  z.strictObject({ relative: percentage }),
  z.strictObject({ absolute: z.union([percentage, z.number().positive()]) }),
])

const metricCommon = {
  name,
  direction: z.enum(['increase', 'decrease', 'either']).default('increase'),
  margin: margin.optional(),
  critical: z.boolean().default(false),
  weight: z.number().positive().default(1),
  group: name.optional(),
}

const proportion = z.strictObject({
  ...metricCommon,
  kind: z.literal('proportion'),
  provider: name,
  bad: template,
  total: template,
})
const count = z.strictObject({ ...metricCommon, kind: z.literal('count'), provider: name, query: template })
const series = z.strictObject({ ...metricCommon, kind: z.literal('series'), provider: name, query: template })
const histogram = z.strictObject({
  ...metricCommon,
  kind: z.literal('histogram'),
  provider: name,
  query: template,
  bounds: z.array(z.number()).min(1).max(64),
  threshold: z.number().optional(),
})

/** Errors and slow requests, from what the target itself sees. */
const preset = z.strictObject({
  preset: z.literal('http'),
  /** A request slower than this is slow; must be a bound of the target's latency histogram. */
  slow: duration.prefault('500ms'),
  margin: percentage.prefault('1%'),
})

const judge = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('sequential'),
    falseAlarm: percentage.prefault('1%'),
    falsePass: percentage.optional(),
  }),
  z.strictObject({
    type: z.literal('mann-whitney'),
    pass: z.number().min(0).max(100),
    marginal: z.number().min(0).max(100),
  }),
])

export const metric = z.union([preset, z.discriminatedUnion('kind', [proportion, count, series, histogram])])

export const analysis = z.strictObject({
  interval: duration,
  warmUp: duration.prefault('0s'),
  /** Late samples: a window ends this long before the look. */
  delay: duration.prefault('0s'),
  judge: judge.prefault({ type: 'sequential' }),
  metrics: z.array(metric).min(1).max(100),
  guardrails: z
    .array(z.strictObject({ metric: name, above: z.union([percentage, z.number()]), atLeast: z.int().min(1) }))
    .max(100)
    .default([]),
})

export type Analysis = z.output<typeof analysis>
export type AnalysisMetric = z.output<typeof metric>
