import { z } from 'zod'
import { name, positiveDuration, template } from '../scalars.ts'

/** Moments of a canary, in the order in which they come. */
export const gateMoments = [
  'before-rollout',
  'before-increase',
  'before-promotion',
  'after-rollout',
  'on-rollback',
] as const

/** A service that is asked whether a canary may go on. */
export const gate = z.strictObject({
  name: name.describe('Unique within the stage; what is recorded of it goes by this.'),
  at: z
    .enum(gateMoments)
    .describe(
      '`before-rollout`: nothing was done yet; `before-increase`: before each step that brings more traffic, with its ' +
        'instances ready; `before-promotion`; `after-rollout`: all traffic is on the new version, the old one is warm; ' +
        '`on-rollback`: it is told when all was taken back, and cannot stop it.',
    ),
  connection: name.describe('A connection of the server’s configuration, of type `http`.'),
  path: template
    .startsWith('/', 'a path that starts with /')
    .default('/')
    .describe('Below the base address of the connection. It gets a POST that says which canary, where and how far.'),
  metadata: z.record(name, template).prefault({}).describe('Texts of yours, in the body as `metadata`.'),
  timeout: positiveDuration
    .prefault('1m')
    .describe('How long an answer is waited for. In this time 429, 5xx and no answer are tried again.'),
  onNo: z
    .enum(['rollback', 'hold'])
    .optional()
    .describe(
      'After an answer that is not 2xx: `rollback` (without a word) fails the stage; `hold` asks again until it says yes, ' +
        'somebody promotes, or `maxHold` is over.',
    ),
  onErrored: z
    .enum(['rollback', 'hold', 'ignore'])
    .optional()
    .describe('When there was no answer in time: `rollback` (without a word) makes the stage errored.'),
  every: positiveDuration.prefault('30s').describe('`hold`: the time between two questions.'),
})

export type Gate = z.output<typeof gate>
export type GateMoment = Gate['at']
