import { z } from 'zod'
import type { ExecutionStatus } from '../../statuses.ts'
import { name } from '../scalars.ts'
import { condition, parameters } from './common.ts'

/** How a run can end. */
const endings = [
  'succeeded',
  'failed',
  'rolled-back',
  'rejected',
  'canceled',
  'errored',
] as const satisfies readonly ExecutionStatus[]

export const pipeline = z
  .strictObject({
    type: z.literal('pipeline').describe('A run of another pipeline has ended.'),
    pipeline: name.describe('Its name.'),
    status: z.array(z.enum(endings)).min(1).max(6).default(['succeeded']).describe('Only when it ended like this.'),
    when: condition,
    parameters,
  })
  .describe('Knows `run` (`id`, `pipeline`, `application`, `revision`, `status`, `by`, `parameters`).')
