import { z } from 'zod'
import type { Evidence, MetricConfig, SequentialConfig } from '../canary/judge.ts'
import { CaseError } from '../canary/kayenta/case-error.ts'
import { judgeProblems, metricProblems, nameProblems, type Problem } from '../canary/sequential/config-problems.ts'

/** A case of the offline judge, in its sequential form. */
export interface SequentialCase {
  id: string | number
  config: SequentialConfig
  evidence: Evidence
}

/** Checks one parsed line; throws a `CaseError` at the first thing that is wrong. */
export function parseSequentialCase(json: unknown): SequentialCase {
  const parsed = sequentialCase.safeParse(json)
  if (!parsed.success) {
    const { message, path } = deepest(parsed.error.issues[0]!, json)
    throw new CaseError(message, path)
  }
  const { id, judge, metrics, intervals } = parsed.data
  const evidence = { metrics, intervals, last: true }
  refuse(judgeProblems(judge), ['judge'])
  for (const [index, metric] of metrics.entries()) refuse(metricProblems(metric), ['metrics', index])
  refuse(nameProblems(metrics), ['metrics'])
  refuse(intervalProblems(evidence), ['intervals'])
  return { id, config: judge, evidence }
}

function refuse(problems: readonly Problem[], above: (string | number)[]): void {
  const [first] = problems
  if (first) throw new CaseError(first.message, [...above, ...first.path])
}

/** What one interval lacks or has too much of. */
function intervalProblems({ metrics, intervals }: Evidence): Problem[] {
  const known = new Set(metrics.map(({ name }) => name))
  const needsExposure = metrics.find(({ kind }) => kind === 'count')
  return intervals.flatMap((interval, index) => {
    const problems: Problem[] = []
    for (const side of ['baseline', 'canary'] as const) {
      const stranger = Object.keys(interval[side]).find(name => !known.has(name))
      if (stranger !== undefined)
        problems.push({
          path: [index, side, stranger],
          message: `there is no metric of that name; known are ${[...known].join(', ')}`,
        })
    }
    if (needsExposure && interval.exposure === undefined)
      problems.push({ path: [index], message: `lacks the exposure, which the count ${needsExposure.name} needs` })
    return problems
  })
}

/** An alternative that fits the value down to a part of it says more than "no alternative fits". */
function deepest(issue: z.core.$ZodIssue, json: unknown): { message: string; path: PropertyKey[] } {
  const place = issue.path.reduce(partOf, json)
  if (issue.code !== 'invalid_union') return issue
  for (const [inner] of issue.errors) {
    if (inner === undefined || inner.path.length === 0 || inner.path.reduce(partOf, place) === undefined) continue
    const { message, path } = deepest(inner, place)
    return { message, path: [...issue.path, ...path] }
  }
  return issue
}

function partOf(value: unknown, key: PropertyKey): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined
}

const percentageText = z
  .string()
  .regex(/^\d+(\.\d+)?\s?%$/, 'must be a percentage such as "1%"')
  .transform(text => Number(text.replace('%', '')) / 100)

/** `"1%"` or `0.01`. */
const fraction = z.union([z.number(), percentageText], {
  error: 'must be a fraction such as 0.01 or a percentage such as "1%"',
})

const marginForm = z.union([z.strictObject({ relative: fraction }), z.strictObject({ absolute: fraction })], {
  error: 'must be { "relative": … } or { "absolute": … }',
})

/** JSON has no NaN: it is written as a string, and null stands for it too. Judging decides what it means. */
const measured = z.union(
  [z.number(), z.enum(['NaN', 'Infinity', '-Infinity']).transform(Number), z.null().transform(() => Number.NaN)],
  { error: 'must be a number, null, "NaN", "Infinity" or "-Infinity"' },
)

const observation = z.union(
  [
    z.null(),
    z.strictObject({ bad: measured, total: measured }),
    z.strictObject({ events: measured }),
    z.strictObject({ counts: z.array(measured) }),
    z.strictObject({ value: measured }),
    z.strictObject({ error: z.string() }),
  ],
  { error: 'must be null or one of { bad, total }, { events }, { counts }, { value } and { error }' },
)

const metric = z.strictObject({
  name: z.string().min(1),
  kind: z.enum(['count', 'proportion', 'histogram', 'series']),
  direction: z.enum(['increase', 'decrease', 'either']).optional(),
  /** A bare percentage is in points for shares, and relative for everything else. */
  margin: z
    .union([marginForm, percentageText], { error: 'must be a percentage, { "relative": … } or { "absolute": … }' })
    .optional(),
  /** `"margin"`: one boundary for both verdicts; 0: none at all, as without it. */
  failAbove: z
    .union([marginForm, z.literal('margin'), z.literal(0)], {
      error: 'must be { "relative": … }, { "absolute": … }, "margin" or 0',
    })
    .optional(),
  critical: z.boolean().optional(),
  muted: z.boolean().optional(),
  weight: z.number().optional(),
  group: z.string().optional(),
  bounds: z.array(z.number()).optional(),
  threshold: z.number().optional(),
  dispersion: z.union([z.enum(['auto', 'strict', 'none']), z.number()]).optional(),
  block: z.number().optional(),
  minIntervals: z.number().optional(),
})

function toMetricConfig({ margin, failAbove, ...rest }: z.output<typeof metric>): MetricConfig {
  const isShare = rest.kind === 'proportion' || rest.kind === 'histogram'
  const formed = typeof margin === 'number' ? (isShare ? { absolute: margin } : { relative: margin }) : margin
  const allowed = failAbove === 'margin' ? formed : failAbove === 0 ? undefined : failAbove
  return {
    ...rest,
    ...(formed === undefined ? {} : { margin: formed }),
    ...(allowed === undefined ? {} : { failAbove: allowed }),
  }
}

const sequentialCase = z.strictObject({
  id: z.union([z.string(), z.number()]),
  judge: z.strictObject({
    type: z.literal('sequential'),
    falseAlarm: fraction,
    falsePass: fraction.optional(),
    groupWeights: z.record(z.string(), z.number()).optional(),
  }),
  metrics: z.array(metric.transform(toMetricConfig)),
  intervals: z.array(
    z.strictObject({
      baseline: z.record(z.string(), observation),
      canary: z.record(z.string(), observation),
      exposure: z.strictObject({ baseline: measured, canary: measured }).optional(),
    }),
  ),
})
