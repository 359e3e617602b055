import { z } from 'zod'
import { parameterName, scalar } from '../parameter.ts'
import { duration } from '../scalars.ts'

export const schedule = z
  .strictObject({
    type: z.literal('schedule').describe('At times.'),
    cron: z
      .string()
      .max(200)
      .describe(
        'Five fields: minute, hour, day of month, month, day of week (0 is Sunday). `*`, lists, ranges, steps.',
      ),
    timezone: z.string().max(100).default('UTC').describe('IANA name, such as Europe/Berlin.'),
    catchUp: duration
      .prefault('1m')
      .describe('A time that was missed while the server was down is made up for when it is no longer ago than this.'),
    jitter: duration.prefault('0s').describe('Each time is moved later by a random part of this.'),
    parameters: z.record(parameterName, scalar).optional().describe('What such a run is given.'),
  })
  .describe('A time at which the run before has not ended is a run all the same; `concurrency` says what happens then.')
