import { z } from 'zod'
import { worded } from '../words.ts'

const key = z
  .string()
  .regex(/^[a-zA-Z][a-zA-Z0-9_]{0,62}$/, 'a letter, then letters, digits and _, at most 63 characters')

const aValue = 'text of letters, digits, dots and dashes, a number, or a boolean'

const value = worded(z.union([z.string().regex(/^[a-zA-Z0-9._-]{1,63}$/, aValue), z.number(), z.boolean()]), aValue)

/** One stage for every combination of values; read as `${{ matrix.KEY }}`. */
export const matrix = z.strictObject({
  over: z
    .record(key, z.array(value).min(1).max(50))
    .describe('Names and their values, such as `target: [eu, us]`; read as `${{ matrix.target }}`, also in `target`.'),
  maxParallel: z.int().min(1).max(50).optional().describe('How many of them at once; without it all.'),
  order: z.enum(['listed', 'reverse']).default('listed').describe('In which order they start.'),
  stopOnFailure: z
    .boolean()
    .default(true)
    .describe('`false`: the others go on when one fails, and `onFailure` acts when all have ended.'),
})

export type Matrix = z.output<typeof matrix>
