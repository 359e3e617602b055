import { z } from 'zod'
import { worded } from './words.ts'

/** What a parameter can be. */
export const scalar = worded(z.union([z.string().max(4_096), z.number(), z.boolean()]), 'text, a number or a boolean')

export const parameterName = z
  .string()
  .regex(/^[a-zA-Z_][a-zA-Z0-9_]{0,62}$/, 'letters, digits and _, not starting with a digit, at most 63 characters')

/** What a run can be given. */
export const parameter = z.strictObject({
  type: z.enum(['string', 'number', 'boolean']).describe('What it takes.'),
  description: z.string().max(1_000).optional().describe('For people.'),
  pattern: z
    .string()
    .max(500)
    .optional()
    .describe('Regular expression (RE2 syntax) that a text must match; anchor it with ^ and $.'),
  enum: z.array(scalar).min(1).max(100).optional().describe('The values it may have.'),
  default: scalar.optional().describe('Without it the parameter is required.'),
})

export type Parameter = z.output<typeof parameter>
