import { z } from 'zod'
import { name, template } from '../scalars.ts'
import { common } from './common.ts'

export const notify = z
  .strictObject({
    ...common,
    type: z.literal('notify'),
    connections: z.array(name).min(1).max(10).describe('Connections of the server’s configuration.'),
    message: template.min(1, 'not empty').describe('What people read.'),
  })
  .describe('Tells people or systems something. A message that does not arrive fails nothing.')
