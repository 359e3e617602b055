import { z } from 'zod'
import { positiveDuration } from '../scalars.ts'
import { common } from './common.ts'

export const wait = z
  .strictObject({
    ...common,
    type: z.literal('wait'),
    for: positiveDuration.describe('How long.'),
  })
  .describe('Waits for a time.')
