import { z } from 'zod'
import { duration, name, percentage, template } from './scalars.ts'
import type { Stage } from './stage.ts'
import { stage } from './stage.ts'
import { worded } from './words.ts'

const scalar = worded(z.union([z.string().max(4_096), z.number(), z.boolean()]), 'text, a number or a boolean')

/** What a run can be given. */
export const parameter = z.strictObject({
  type: z.enum(['string', 'number', 'boolean']).describe('What it takes.'),
  description: z.string().max(1_000).optional().describe('For people.'),
  pattern: z
    .string()
    .max(500)
    .optional()
    .describe('Regular expression (RE2 syntax) that a text must match; anchor it with ^ and $.'),
  enum: z.array(scalar).min(1).max(100).optional().describe('The values it may have.'),
  default: scalar.optional().describe('Without it the parameter is required.'),
})

const trigger = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('webhook').describe('A signed request to `POST /api/v1/hooks/{source}`.'),
    source: name.describe('Name of the source.'),
  }),
  z.strictObject({
    type: z.literal('schedule').describe('At times.'),
    cron: z.string().max(200).describe('Five fields: minute, hour, day of month, month, day of week.'),
    timezone: z.string().max(100).describe('IANA name, such as Europe/Berlin.'),
    parameters: z.record(z.string(), scalar).optional().describe('What such a run is given.'),
  }),
])

const concurrency = z.strictObject({
  limit: z.int().min(1).max(100).describe('How many runs at once.'),
  whenBusy: z
    .enum(['queue', 'replace', 'reject'])
    .describe(
      '`queue`: in order; `replace`: the newest waiting one wins, a running one is never interrupted; `reject`.',
    ),
})

const parameterName = z
  .string()
  .regex(/^[a-zA-Z_][a-zA-Z0-9_]{0,62}$/, 'letters, digits and _, not starting with a digit, at most 63 characters')

/** The keys of a pipeline file except its stages. */
export const pipelineHead = z.strictObject({
  name: name.describe('Unique within the server.'),
  application: name.describe('Who owns it; permissions hang on applications.'),
  description: z.string().max(4_096).optional().describe('For people.'),
  parameters: z.record(parameterName, parameter).optional().describe('What a run can be given.'),
  triggers: z.array(trigger).max(20).optional().describe('What starts a run, besides the API.'),
  concurrency: concurrency.optional().describe('How many runs at once, and what happens to more.'),
})

const stages = 'What is done; `needs` makes the graph.'

/** A pipeline file whose stages are looked at one by one, so that a fault in one hides nothing of the others. */
export const pipelineFrame = pipelineHead.extend({ stages: z.array(z.unknown()).min(1).max(200) })

/** A pipeline file, as people write it. Its output is the definition that runs: durations in ms, percentages as fractions. */
export const pipeline = pipelineHead.extend({
  stages: z.array(stage).min(1).max(200).describe(stages),
})

export type Pipeline = Omit<z.output<typeof pipeline>, 'stages'> & { stages: Stage[] }
export type Parameter = z.output<typeof parameter>
export type { Stage, StageOf, StageType } from './stage.ts'
export { duration, percentage, template }
