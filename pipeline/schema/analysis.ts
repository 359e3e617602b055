import { z } from 'zod'
import { type MetricPresetName, metricPresets } from '../metric-presets.ts'
import {
  duration,
  name,
  percentage,
  positiveDuration,
  positivePercentage,
  riskPercentage,
  template,
} from './scalars.ts'
import { isMap, worded } from './words.ts'

/** A bare percentage is absolute for shares (percentage points) and relative for everything else. */
const margin = worded(
  z.union([
    positivePercentage,
    z.strictObject({ relative: positivePercentage.describe('Part of the baseline’s value.') }),
    z.strictObject({
      absolute: worded(
        z.union([positivePercentage, z.number().positive()]),
        'a percentage such as 1%, or a number above zero',
        input => (typeof input === 'number' ? 1 : 0),
      ).describe('Percentage points of a share, or the metric’s own unit.'),
    }),
  ]),
  'a percentage such as 1%, or a map with "relative" or "absolute"',
  input => {
    if (!isMap(input)) return typeof input === 'string' ? 0 : null
    return 'absolute' in input ? 2 : 1
  },
).describe(
  'How much worse is still acceptable: points of a share, else a part of the baseline’s value. A metric without a margin can fail, never pass.',
)

/** `margin` makes one boundary of two: what is not acceptable fails. */
const failAbove = worded(
  z.union([margin, z.literal('margin')]),
  'a percentage such as 1%, "margin", or a map with "relative" or "absolute"',
  input => {
    if (input === 'margin') return 1
    return isMap(input) || (typeof input === 'string' && input.endsWith('%')) ? 0 : null
  },
).describe(
  'Harm up to this never fails, in the form of `margin` and at most as much; `margin`: as much as may pass. Without it any harm that is shown fails.',
)

const dispersion = worded(
  z.union([z.enum(['auto', 'strict', 'none']), z.number().min(1)]),
  '"auto", "strict", "none", or a measured factor of at least 1',
  input => (typeof input === 'number' ? 1 : 0),
).describe(
  'Events that come in clusters: `auto` corrects for them, `strict` with fewer false alarms and less power, `none` takes them as independent; a number is what calibration measured.',
)

/** How the sequential judge treats a metric, beyond its margin. */
const judging = {
  failAbove: failAbove.optional(),
  dispersion: dispersion.optional(),
  block: z.int().min(1).max(1_000).optional().describe('So many intervals are judged as one.'),
  minIntervals: z
    .int()
    .min(1)
    .max(10_000)
    .optional()
    .describe('Intervals with data that a pass needs; 5 when left out.'),
  muted: z.boolean().optional().describe('Judged and shown, but left out of the verdict.'),
}

const metricCommon = {
  name: name.describe('Unique within the analysis.'),
  direction: z.enum(['increase', 'decrease', 'either']).default('increase').describe('Which way is harm.'),
  margin: margin.optional(),
  critical: z
    .boolean()
    .default(false)
    .describe('Its failure alone fails the canary; without its pass there is no pass.'),
  weight: z.number().positive().default(1).describe('Its part of its group’s verdict and of the error budget.'),
  group: name.optional().describe('Metrics that are voted on together.'),
  ...judging,
}

const provider = name.describe('A metric provider of the server; `router` is what the target itself sees.')

const proportion = z.strictObject({
  ...metricCommon,
  kind: z.literal('proportion').describe('Bad events of all events.'),
  provider,
  bad: template.describe('Query for the number of bad events in the window.'),
  total: template.describe('Query for the number of all events in the window.'),
})
const count = z.strictObject({
  ...metricCommon,
  kind: z.literal('count').describe('Events per unit of exposure.'),
  provider,
  query: template.describe('Query for the number of events in the window.'),
})
const series = z.strictObject({
  ...metricCommon,
  kind: z.literal('series').describe('One value an interval.'),
  provider,
  query: template.describe('Query for the value in the window.'),
})
const histogram = z.strictObject({
  ...metricCommon,
  kind: z.literal('histogram').describe('Counts per bucket.'),
  provider,
  query: template.describe('Query for the counts per bucket in the window.'),
  bounds: z.array(z.number()).min(1).max(64).describe('Upper bounds of the buckets, ascending.'),
  threshold: z.number().optional().describe('Slow means above this bound; must be one of `bounds`.'),
})

const presetNames = ['http', ...(Object.keys(metricPresets) as MetricPresetName[])] as const

/** Errors and slow requests, from what the target itself sees, or from what common set-ups report to Prometheus. */
const preset = z.strictObject({
  preset: z
    .enum(presetNames)
    .describe(
      'Two critical metrics, `errors` and `slow`: `http` from what the target’s router sees, the others from Prometheus.',
    ),
  provider: name.optional().describe('The Prometheus that is asked; not with `http`.'),
  slow: positiveDuration
    .prefault('500ms')
    .describe('A request slower than this is slow; must be a bound of the latency histogram.'),
  margin: positivePercentage
    .prefault('1%')
    .describe('Percentage points of failed (and of slow) requests that are still acceptable.'),
  ...judging,
})

const judge = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('sequential').describe('Anytime-valid tests: may stop at any look.'),
    falseAlarm: riskPercentage
      .prefault('1%')
      .describe('Chance that an equal canary is ever failed, over all looks and metrics.'),
    falsePass: riskPercentage
      .optional()
      .describe('Chance that a canary at the margin passes; like `falseAlarm` when left out.'),
  }),
  z.strictObject({
    type: z.literal('mann-whitney').describe('Kayenta’s judge: one score at the end.'),
    pass: z.number().min(0).max(100).describe('A score of at least this passes.'),
    marginal: z.number().min(0).max(100).describe('A score below this fails.'),
  }),
])

const ownMetric = z.discriminatedUnion('kind', [proportion, count, series, histogram])

export const metric = worded(
  z.union([preset, ownMetric]),
  'a metric: "preset: http", or a map with "name", "kind", "provider" and its queries',
  input => {
    if (!isMap(input)) return null
    return 'preset' in input ? 0 : 1
  },
)

export const guardrail = z.strictObject({
  metric: name.describe('The metric it watches.'),
  above: worded(z.union([percentage, z.number()]), 'a percentage such as 20%, or a number', input =>
    typeof input === 'number' ? 1 : 0,
  ).describe('Fails at once when the canary’s share (a percentage) or value (a number) is above this.'),
  atLeast: z.int().min(1).describe('Events (of a series: points) before it may act.'),
})

export const analysis = z.strictObject({
  interval: positiveDuration.describe('Time between two looks.'),
  warmUp: duration.prefault('0s').describe('Nothing is judged that happened before this.'),
  delay: duration.prefault('0s').describe('Late samples: a window ends this long before the look.'),
  judge: judge.prefault({ type: 'sequential' }).describe('How baseline and canary are compared.'),
  metrics: z.array(metric).min(1).max(100).describe('What is compared.'),
  guardrails: z.array(guardrail).max(100).prefault([]).describe('Absolute limits that act at once.'),
})

export type Analysis = z.output<typeof analysis>
export type AnalysisMetric = z.output<typeof metric>
