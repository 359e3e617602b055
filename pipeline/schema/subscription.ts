import { z } from 'zod'
import { name } from './scalars.ts'

/** Statuses of a run that can be told. */
export const toldStatuses = [
  'running',
  'waiting',
  'held',
  'paused',
  'rolling-back',
  'succeeded',
  'failed',
  'rolled-back',
  'rejected',
  'canceled',
  'errored',
] as const

/** Who is told when a run gets one of these statuses. */
export const subscription = z.strictObject({
  connection: name.describe('A connection of the server’s configuration.'),
  on: z
    .array(z.enum(toldStatuses))
    .min(1)
    .max(toldStatuses.length)
    .prefault(['waiting', 'held', 'failed', 'rolled-back', 'errored'])
    .describe('Statuses of a run that are told.'),
})

export type Subscription = z.output<typeof subscription>
