import { z } from 'zod'
import { parameter, parameterName } from './parameter.ts'
import { duration, name, percentage, template } from './scalars.ts'
import type { Stage } from './stage.ts'
import { stage } from './stage.ts'
import { subscription } from './subscription.ts'
import { templateUse } from './template.ts'
import { trigger } from './trigger.ts'

const concurrency = z.strictObject({
  limit: z.int().min(1).max(100).describe('How many runs at once.'),
  whenBusy: z
    .enum(['queue', 'replace', 'reject'])
    .describe(
      '`queue`: in order; `replace`: the newest waiting one wins, a running one is never interrupted; `reject`.',
    ),
})

/** The keys of a pipeline file except its stages. */
export const pipelineHead = z.strictObject({
  name: name.describe('Unique within the server.'),
  application: name.describe('Who owns it; permissions hang on applications.'),
  description: z.string().max(4_096).optional().describe('For people.'),
  parameters: z.record(parameterName, parameter).optional().describe('What a run can be given.'),
  triggers: z.array(trigger).max(20).optional().describe('What starts a run, besides the API.'),
  concurrency: concurrency.optional().describe('How many runs at once, and what happens to more.'),
  notifications: z.array(subscription).max(20).optional().describe('Who is told about its runs.'),
})

const stages = 'What is done; `needs` makes the graph.'

/** A pipeline file whose stages are looked at one by one, so that a fault in one hides nothing of the others. */
export const pipelineFrame = pipelineHead.extend({ stages: z.array(z.unknown()).min(1).max(200) })

/** A pipeline file, as people write it. Its output is the definition that runs: durations in ms, percentages as fractions. */
export const pipeline = pipelineHead.extend({
  stages: z
    .array(z.union([stage, templateUse]))
    .min(1)
    .max(200)
    .describe(stages),
})

export type Pipeline = Omit<z.output<typeof pipeline>, 'stages'> & { stages: Stage[] }
export type { Parameter } from './parameter.ts'
export type { Stage, StageOf, StageType } from './stage.ts'
export type { TriggerDefinition, TriggerOf, TriggerType } from './trigger.ts'
export { duration, percentage, template }
