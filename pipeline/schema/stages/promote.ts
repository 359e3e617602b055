import { z } from 'zod'
import { duration } from '../scalars.ts'
import { common, place } from './common.ts'

export const promote = z
  .strictObject({
    ...common,
    type: z.literal('promote'),
    ...place,
    role: z
      .enum(['preview', 'canary'])
      .default('preview')
      .describe('The cluster that becomes the stable version; a `deploy` with `switch: later` leaves a `preview`.'),
    bake: duration.optional().describe('How long the old version stays warm after the switch; one call restores it.'),
  })
  .describe('Gives all traffic to a version that is warm already.')
