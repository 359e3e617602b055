import { z } from 'zod'
import type { MetricJudgment, Observation } from '../../pipeline/canary/judge.ts'
import { verdict, weights } from './execution.ts'

const observation = z.union([
  z.object({ bad: z.number(), total: z.number() }),
  z.object({ events: z.number() }),
  z.object({ counts: z.array(z.number()).readonly() }),
  z.object({ value: z.number() }),
  z.object({ error: z.string() }),
  z.null(),
]) satisfies z.ZodType<Observation>

/** What one look saw of one metric. */
const point = z.object({
  look: z.int(),
  from: z.string(),
  to: z.string(),
  weights,
  query: z.string(),
  state: z.enum(['ok', 'empty', 'failed']),
  baseline: observation,
  canary: observation,
  /** The baseline's release in the stable cluster, beside a fresh baseline: what calibration compares it with. */
  stable: observation.optional(),
  exposure: z.object({ baseline: z.number(), canary: z.number(), stable: z.number().optional() }).nullable(),
})

const margin = z.union([z.object({ relative: z.number() }), z.object({ absolute: z.number() })])

/** What the metric is held against: its margins, and the evidence that fails or passes it. */
const threshold = z.object({
  margin: margin.nullable(),
  failAbove: margin.nullable(),
  fail: z.number().nullable(),
  pass: z.number().nullable(),
})

export const metricJudgment = z.object({
  name: z.string(),
  verdict,
  critical: z.boolean(),
  muted: z.boolean(),
  group: z.string().nullable(),
  /** JSON has no infinity: an e-value beyond it arrives as null. */
  evidence: z.number().nullable(),
  evidenceFor: z.enum(['fail', 'pass']),
  estimate: z.number().nullable(),
  lower: z.number().nullable(),
  upper: z.number().nullable(),
  scale: z.enum(['ratio', 'difference']),
  /** Null in what older versions recorded. */
  threshold: threshold.nullable().default(null),
  baseline: observation,
  canary: observation,
  reason: z.string(),
}) satisfies z.ZodType<
  Omit<MetricJudgment, 'evidence' | 'threshold'> & {
    evidence: number | null
    threshold: MetricJudgment['threshold'] | null
  }
>

/** What the judge said at one look. */
const look = z.object({
  look: z.int(),
  at: z.string(),
  weights: weights.nullable(),
  verdict,
  reason: z.string(),
  judge: z.object({ type: z.string(), version: z.string() }).nullable(),
  /** Empty when the look did not record them. */
  metrics: z.array(metricJudgment),
})

export const stageAnalysis = z.object({
  stage: z.string(),
  /** Of the newest look; null before the first one. */
  verdict: verdict.nullable(),
  judge: z.object({ type: z.string(), version: z.string() }).nullable(),
  metrics: z.array(
    z.object({
      name: z.string(),
      provider: z.string(),
      /** As it was sent at the newest look. */
      query: z.string(),
      /** From the first look that was read to the newest. */
      window: z.object({ from: z.string(), to: z.string() }),
      /** Of the newest look that judged it. */
      judgment: metricJudgment.nullable(),
      /** Oldest first. */
      points: z.array(point),
    }),
  ),
  /** Oldest first. */
  looks: z.array(look),
  /** There are older looks than those sent; ask for more with `looks`. */
  truncated: z.boolean(),
})

export const analysis = z.object({ execution: z.string(), stages: z.array(stageAnalysis) })

export type MetricJudgmentView = z.output<typeof metricJudgment>
export type LookView = z.output<typeof look>
export type AnalysisReport = z.output<typeof analysis>
export type StageAnalysis = z.output<typeof stageAnalysis>
