import { z } from 'zod'
import { problemError } from './problem.ts'

/** One difference that a run would notice, in a place that goes by names. */
const change = z.object({
  /** Such as `stages.canary.steps.0.weight`. */
  path: z.string(),
  /** As it is written, as JSON; null: it is not there, `(default)`: nothing is written. */
  before: z.string().nullable(),
  after: z.string().nullable(),
})

/** How a simulated run ends. Times are milliseconds from its start. */
const outcome = z.object({
  status: z.string(),
  reason: z.string().nullable(),
  duration: z.number(),
  /** What a good release takes at least. */
  shortest: z.number(),
  /** And at most; null when nothing limits it. */
  longest: z.number().nullable(),
})

const simulated = z.object({
  scenario: z.string(),
  /** Null when there is no version before. */
  before: outcome.nullable(),
  after: outcome,
  /** What happens, when it happens in each version; null: it does not. */
  timeline: z.array(
    z.object({
      stage: z.string().nullable(),
      what: z.string(),
      before: z.number().nullable(),
      after: z.number().nullable(),
    }),
  ),
})

export type Simulated = z.output<typeof simulated>
export type Outcome = z.output<typeof outcome>

/** What another version of a pipeline would change for runs. */
export const preview = z.object({
  /** The version it is compared with; null when there is none, so that all of it is new. */
  base: z.string().nullable(),
  changes: z.array(change),
  /** Null when that was not asked for or could not be done. */
  simulations: z.array(simulated).nullable(),
  /** Why it could not be done. */
  notSimulated: z.string().nullable(),
})

export type Preview = z.output<typeof preview>

export const parameterValues = z.record(z.string().max(200), z.union([z.string().max(10_000), z.number(), z.boolean()]))

export const validateBody = z.strictObject({
  text: z.string().max(250_000),
  /** The files of the folder `templates` beside it. */
  templates: z
    .array(z.strictObject({ file: z.string().max(300), text: z.string().max(250_000) }))
    .max(200)
    .default([]),
  /** Simulate a good and a bad release as well, beside the version in force. */
  simulate: z.boolean().default(false),
  /** For the simulation; required ones that are left out get a sample. */
  parameters: parameterValues.default({}),
})

export const validation = z.object({
  valid: z.boolean(),
  problems: z.array(problemError),
  /** What is allowed, but hardly meant. */
  notes: z.array(problemError),
  /** Null when it is not valid. */
  name: z.string().nullable(),
  /** Against the version in force; null when it is not valid. */
  preview: preview.nullable(),
})

export type Validation = z.output<typeof validation>
