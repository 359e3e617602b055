import { z } from 'zod'

/** Where pipelines are read from. */
export const pipelineSource = z.strictObject({
  directory: z.string().min(1).max(4_096).describe('Folder with pipeline files; relative to this file.'),
})
