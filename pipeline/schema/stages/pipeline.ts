import { z } from 'zod'
import { name, template } from '../scalars.ts'
import { worded } from '../words.ts'
import { common } from './common.ts'

const value = worded(z.union([template, z.number(), z.boolean()]), 'text, a number or a boolean')

export const pipeline = z
  .strictObject({
    ...common,
    type: z.literal('pipeline'),
    pipeline: name.describe('A pipeline of the same application.'),
    parameters: z
      .record(z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]{0,62}$/, 'the name of a parameter'), value)
      .prefault({})
      .describe('What its run is given.'),
    wait: z
      .boolean()
      .default(true)
      .describe('Whether the stage ends with that run, and as it did; else it ends when that has begun.'),
  })
  .describe('Runs another pipeline. A cancel goes to it, too.')
