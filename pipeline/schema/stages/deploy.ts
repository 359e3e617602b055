import { z } from 'zod'
import { release } from '../release.ts'
import { common, place } from './common.ts'

export const deploy = z
  .strictObject({
    ...common,
    type: z.literal('deploy'),
    ...place,
    release,
    strategy: z.enum(['rolling']).default('rolling').describe('How instances are replaced.'),
    instances: z.int().min(1).max(1000).optional().describe('Without it as many as the service has.'),
  })
  .describe('Replaces a service’s stable version.')
