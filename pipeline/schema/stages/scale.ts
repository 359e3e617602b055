import { z } from 'zod'
import { common, place } from './common.ts'

export const scale = z
  .strictObject({
    ...common,
    type: z.literal('scale'),
    ...place,
    instances: z.int().min(1).max(1000).describe('How many instances the stable version gets.'),
  })
  .describe('Changes how many instances a service’s stable version has.')
