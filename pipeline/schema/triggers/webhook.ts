import { z } from 'zod'
import { condition, parameters, source } from './common.ts'

export const webhook = z
  .strictObject({
    type: z.literal('webhook').describe('A signed request to `POST /api/v1/hooks/{source}`.'),
    source,
    events: z
      .array(z.string().min(1).max(100))
      .min(1)
      .max(20)
      .optional()
      .describe('Only these events, in the words of the sender (`push`, `release`); others are no reason to look.'),
    when: condition,
    parameters: parameters.describe(
      'Parameter → value, or `${{ … }}` on `payload` and `event`. Without it, the map `parameters` of the payload.',
    ),
  })
  .describe('Knows `payload` (the body) and `event` (its kind).')
