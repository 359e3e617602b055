import { z } from 'zod'
import { fromJsonNumber } from '../canary/kayenta/json-number.ts'

/**
 * Kayenta's forms, as lenient as Kayenta reads them: unknown keys stay, what the judge does not use is not looked at,
 * and null means what it means there. Only types at which Kayenta itself would stop are refused.
 */

/** Names are text there; a bare number or boolean is read as its text. */
const text = z.unknown().transform((value, context) => {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  context.addIssue('must be a string')
  return z.NEVER
})

const decimalText = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/

/** Weights and thresholds: numbers, their text, or null for 0. */
const decimal = z.unknown().transform((value, context) => {
  const number = typeof value === 'string' && decimalText.test(value) ? Number(value) : fromJsonNumber(value)
  if (number !== undefined) return number
  context.addIssue(value === undefined ? 'is missing; give a number' : 'must be a number')
  return z.NEVER
})

const metric = z.looseObject(
  {
    name: text.nullish().transform(orNull),
    groups: z.array(text, 'must be a list of strings').nullish().transform(orNull),
    analysisConfigurations: z
      .record(z.string(), z.record(z.string(), z.unknown(), 'must be an object').nullable(), 'must be an object')
      .nullish()
      .transform(orNull),
  },
  'must be an object',
)

/** A canary config as Kayenta stores it. Other keys of it (queries, templates, score thresholds) mean nothing to a judge. */
export const kayentaConfig = z.looseObject(
  {
    metrics: z
      .array(metric, 'must be a list of metrics')
      .nullish()
      .transform(value => value ?? []),
    classifier: z.looseObject(
      {
        groupWeights: z
          .record(z.string(), decimal, 'must be an object: group to weight')
          .nullish()
          .transform(value => value ?? {}),
      },
      'is missing; give an object, it may be empty',
    ),
  },
  'must be a canary config',
)

/** Points are checked where they are turned into numbers: a side may have very many. */
const points = z.custom<readonly unknown[]>(Array.isArray, 'must be a list of numbers')

const metricSetPair = z.looseObject(
  {
    name: text,
    id: text.nullish().transform(orNull),
    values: z.looseObject({ control: points, experiment: points }, 'must be an object with control and experiment'),
  },
  'must be an object',
)

export const kayentaCase = z.looseObject(
  {
    id: z.unknown().optional(),
    seed: z
      .int('must be a whole number')
      .nullish()
      .transform(value => value ?? undefined),
    canaryConfig: kayentaConfig,
    thresholds: z.looseObject({ pass: decimal, marginal: decimal }, 'must be an object: pass and marginal'),
    metricSetPairs: z.array(metricSetPair, 'must be a list of pairs'),
  },
  'must be an object',
)

export type KayentaConfig = z.output<typeof kayentaConfig>
export type KayentaMetric = z.output<typeof metric>
export type KayentaPair = z.output<typeof metricSetPair>
export type KayentaCase = z.output<typeof kayentaCase>

function orNull<T>(value: T | null | undefined): T | null {
  return value ?? null
}
