import { z } from 'zod'
import { source } from './source.ts'

export const atlas = z.strictObject({
  type: z.literal('atlas').describe('Netflix Atlas. Rates a second become numbers of events.'),
  ...source,
})
