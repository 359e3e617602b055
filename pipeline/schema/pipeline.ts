import { z } from 'zod'
import { duration, name, percentage, template } from './scalars.ts'
import { stage } from './stage.ts'

const scalar = z.union([z.string(), z.number(), z.boolean()])

/** What a run can be given. */
export const parameter = z.strictObject({
  type: z.enum(['string', 'number', 'boolean']),
  description: z.string().optional(),
  pattern: z.string().max(500).optional(),
  enum: z.array(scalar).min(1).optional(),
  default: scalar.optional(),
})

const trigger = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('webhook'), source: name }),
  z.strictObject({
    type: z.literal('schedule'),
    cron: z.string(),
    timezone: z.string(),
    parameters: z.record(z.string(), scalar).optional(),
  }),
])

const concurrency = z.strictObject({
  limit: z.int().min(1).max(100),
  whenBusy: z.enum(['queue', 'replace', 'reject']),
})

/** A pipeline file, as people write it. Its output is the definition that runs: durations in ms, percentages as fractions. */
export const pipeline = z.strictObject({
  name,
  application: name,
  description: z.string().optional(),
  parameters: z.record(z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]{0,62}$/), parameter).optional(),
  triggers: z.array(trigger).max(20).optional(),
  concurrency: concurrency.optional(),
  stages: z.array(stage).min(1).max(200),
})

export type Pipeline = z.output<typeof pipeline>
export type Parameter = z.output<typeof parameter>
export type { Stage, StageOf, StageType } from './stage.ts'
export { duration, percentage, template }
