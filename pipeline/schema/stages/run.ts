import { z } from 'zod'
import { template } from '../scalars.ts'
import { common, place } from './common.ts'

export const run = z
  .strictObject({
    ...common,
    type: z.literal('run'),
    ...place,
    command: z.array(template).min(1).max(100).optional().describe('Program and arguments; never a line for a shell.'),
    image: template.optional().describe('Container targets: the image.'),
    env: z
      .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'letters, digits and _'), template)
      .prefault({})
      .describe('Environment variables; it gets no others of ours.'),
    exitCodes: z.array(z.int().min(0).max(255)).min(1).max(20).prefault([0]).describe('Those that mean it went well.'),
  })
  .describe('Runs a program on the target to its end, beside the releases.')
