import { z } from 'zod'
import { analysis } from '../analysis.ts'
import { duration, name, positiveDuration, template } from '../scalars.ts'
import { common, place } from './common.ts'
import { probe } from './probe.ts'

const role = z.enum(['stable', 'preview', 'canary', 'previous', 'baseline'])

const probes = probe.extend({
  kind: z.literal('probe').describe('A request to one instance of a cluster.'),
  role: role.default('stable').describe('Which cluster.'),
})

const limits = {
  below: z.number().optional().describe('It must be below this.'),
  above: z.number().optional().describe('It must be above this.'),
}

const threshold = z.strictObject({
  kind: z.literal('metric').describe('A value within limits, every time it is looked at.'),
  name: name.describe('For people.'),
  role: role.default('stable').describe('Which cluster.'),
  provider: name.default('router').describe('A metric provider; `router` knows `errors` and `slow` without a query.'),
  query: template.optional().describe('Gives one number; not for `router`.'),
  share: z
    .enum(['errors', 'slow'])
    .optional()
    .describe('`router`: the share of requests that failed, or were slower than 500 ms; 0 to 1.'),
  ...limits,
  window: positiveDuration.prefault('1m').describe('How far back each look goes.'),
  interval: positiveDuration.prefault('10s').describe('Time between two looks.'),
  for: duration.prefault('0s').describe('How long it must hold; without it one look.'),
})

const compared = z.strictObject({
  role: role.describe('Which cluster.'),
  version: template.optional().describe('Its version; without it what runs in that role now.'),
})

const comparison = z.strictObject({
  kind: z.literal('analysis').describe('What a canary’s judge says of two clusters, without any rollout.'),
  analysis: analysis.describe('As for a canary.'),
  canary: compared.prefault({ role: 'stable' }).describe('What is judged.'),
  baseline: compared.describe('What it is compared with.'),
  for: positiveDuration.describe('How long it looks.'),
  last: z.boolean().default(false).describe('Looks at the time that has just passed instead of what comes.'),
})

export const verify = z
  .strictObject({
    ...common,
    type: z.literal('verify'),
    ...place,
    checks: z
      .array(z.discriminatedUnion('kind', [probes, threshold, comparison]))
      .min(1)
      .max(20)
      .describe('In order; the first one that does not hold fails the stage.'),
  })
  .describe('Checks what runs: requests, metrics within limits, or an analysis without a rollout.')

export type VerifyCheck = z.output<typeof verify>['checks'][number]
