import { z } from 'zod'
import { common, place } from './common.ts'
import { program } from './program.ts'

export const run = z
  .strictObject({
    ...common,
    type: z.literal('run'),
    ...place,
    ...program,
    exitCodes: z.array(z.int().min(0).max(255)).min(1).max(20).prefault([0]).describe('Those that mean it went well.'),
  })
  .describe('Runs a program on the target to its end, beside the releases.')
