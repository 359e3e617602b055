import { z } from 'zod'
import { analysis } from '../analysis.ts'
import { release } from '../release.ts'
import { duration, positiveDuration } from '../scalars.ts'
import { common, place } from './common.ts'
import { gate } from './gate.ts'
import { program } from './program.ts'

const onVerdict = z.strictObject({
  fail: z.enum(['rollback', 'hold', 'ignore']).default('rollback').describe('It was judged bad.'),
  insufficient: z.enum(['rollback', 'hold', 'promote']).default('hold').describe('Out of steps without a verdict.'),
  errored: z.enum(['rollback', 'hold']).default('rollback').describe('It could not be judged.'),
})

const step = z.strictObject({
  weight: z
    .number()
    .min(0.1)
    .max(100)
    .default(0)
    .describe('The canary’s share of live traffic, percent. A fresh baseline gets the same share.'),
  mirror: z
    .number()
    .min(0.1)
    .max(100)
    .optional()
    .describe(
      'Of how many live requests, percent, the canary gets a copy; nobody waits for its answers. Where the router can.',
    ),
  for: positiveDuration.describe(
    'The longest time at this step; up to a tenth of it goes to what lay before the step.',
  ),
})

const load = z.strictObject({
  ...program,
  for: positiveDuration
    .prefault('1h')
    .describe('The longest time; then it is ended, and the canary goes on with the traffic there is.'),
})

export const canary = z
  .strictObject({
    ...common,
    type: z.literal('canary'),
    ...place,
    release,
    baseline: z
      .enum(['fresh', 'stable'])
      .describe('`fresh`: new instances of the old version with the canary’s share; `stable`: what runs already.'),
    steps: z.array(step).min(1).max(50).describe('How traffic grows.'),
    analysis: analysis.describe('How baseline and canary are compared while traffic grows.'),
    onPass: z
      .enum(['next', 'promote'])
      .default('next')
      .describe('After an early pass: the next step, or all traffic at once.'),
    onVerdict: onVerdict.prefault({}).describe('What each verdict does.'),
    maxHold: positiveDuration
      .prefault('1h')
      .describe('The longest a canary is held for a person, then it is rolled back.'),
    gates: z.array(gate).max(20).optional().describe('Services that are asked whether it may go on.'),
    load: load
      .optional()
      .describe(
        'A program that makes traffic while the canary climbs, such as autocannon; it runs on the target as that of a `run` ' +
          'does, and is ended when the climb is over. When it fails the stage is errored.',
      ),
    bake: duration.optional().describe('How long the old version stays warm after promotion.'),
  })
  .describe(
    'Puts the new version beside the old one, compares both under live traffic, and promotes it or takes it back.',
  )
