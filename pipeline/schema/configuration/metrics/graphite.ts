import { z } from 'zod'
import { source } from './source.ts'

export const graphite = z.strictObject({
  type: z
    .literal('graphite')
    .describe('Graphite’s render API. A query is a target; its points in the window are added up.'),
  ...source,
})
