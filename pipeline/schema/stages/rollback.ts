import { z } from 'zod'
import { template } from '../scalars.ts'
import { common, place } from './common.ts'

export const rollback = z
  .strictObject({
    ...common,
    type: z.literal('rollback'),
    ...place,
    to: template
      .min(1, 'not empty')
      .default('previous')
      .describe('A version that was deployed here before; `previous` is the one before the present one.'),
  })
  .describe('Makes an earlier release stable again: at once while it is warm, else by deploying it.')
