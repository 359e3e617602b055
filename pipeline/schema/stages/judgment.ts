import { z } from 'zod'
import { positiveDuration } from '../scalars.ts'
import { common } from './common.ts'

const inputName = z
  .string()
  .regex(/^[a-zA-Z_][a-zA-Z0-9_]{0,62}$/, 'letters, digits and _, not starting with a digit, at most 63 characters')

const told = { description: z.string().max(1_000).optional().describe('For people.') }

const required = z.boolean().default(true).describe('Whether an approval needs it.')

/** What people are asked for; the value of the last approval that gives one counts. */
const input = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('text').describe('A text.'),
    ...told,
    maxLength: z.int().min(1).max(4_096).default(1_000).describe('Characters at most.'),
    required,
  }),
  z.strictObject({
    type: z.literal('number').describe('A number.'),
    ...told,
    min: z.number().optional().describe('The smallest one.'),
    max: z.number().optional().describe('The largest one.'),
    required,
  }),
  z.strictObject({
    type: z.literal('choice').describe('One of some texts.'),
    ...told,
    options: z.array(z.string().min(1).max(200)).min(2).max(50).describe('What can be chosen.'),
    required,
  }),
])

export const judgment = z
  .strictObject({
    ...common,
    type: z.literal('judgment'),
    instructions: z.string().max(4_096).optional().describe('What people should look at.'),
    approvals: z.int().min(1).max(20).default(1).describe('How many different people must approve.'),
    approvers: z
      .array(z.string().min(1).max(200))
      .min(1)
      .max(100)
      .optional()
      .describe('Who may judge: names, or `role:` and a role. Without it everyone with the right to judge.'),
    inputs: z
      .record(inputName, input)
      .optional()
      .describe('Values to be given with an approval; later stages read them as `stages.ID.inputs.NAME`.'),
    timeout: positiveDuration.prefault('3d').describe('How long people have; then `onTimeout` acts.'),
    onTimeout: z
      .enum(['reject', 'fail'])
      .default('reject')
      .describe('What nobody decided in time becomes; never an approval.'),
    remind: positiveDuration
      .optional()
      .describe(
        'How often those who can judge are reminded: by an event, and over the connections that are told of `waiting`.',
      ),
    fourEyes: z
      .boolean()
      .default(true)
      .describe('Whether whoever started the run may not approve it. `false` is refused for production environments.'),
  })
  .describe('Waits for people.')

export type JudgmentInput = z.output<typeof input>
