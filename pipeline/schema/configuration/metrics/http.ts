import { z } from 'zod'
import { source } from './source.ts'

export const http = z.strictObject({
  type: z
    .literal('http')
    .describe(
      'Anything that answers with JSON. A query is a path and, after a space, a JSONPath: `/stats?x=1 $.errors`.',
    ),
  ...source,
})
