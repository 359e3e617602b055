import { z } from 'zod'
import { common } from './common.ts'

export const judgment = z
  .strictObject({
    ...common,
    type: z.literal('judgment'),
    approvals: z.int().min(1).max(20).default(1).describe('How many different people must approve.'),
    approvers: z
      .array(z.string().min(1).max(200))
      .max(100)
      .optional()
      .describe('Who may approve: names, or `role:` and a role.'),
  })
  .describe('Waits for people.')
