import { z } from 'zod'
import { positiveDuration, template } from '../scalars.ts'

/** One request whose answer says whether all is well. */
export const probe = z.strictObject({
  path: template
    .startsWith('/', 'a path that starts with /')
    .describe('Asked of the cluster itself, not through its router.'),
  status: z.int().min(100).max(599).default(200).describe('The status that is expected.'),
  contains: template.max(1_000, 'at most 1000 characters').optional().describe('Text the answer must hold.'),
  attempts: z.int().min(1).max(100).default(3).describe('How often it is asked until it is as expected.'),
  interval: positiveDuration.prefault('2s').describe('Time between two attempts.'),
})

export type Probe = z.output<typeof probe>
