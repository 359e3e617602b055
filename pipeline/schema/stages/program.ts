import { z } from 'zod'
import { template } from '../scalars.ts'

/** What runs to its end on a target, beside the releases. */
export const program = {
  command: z.array(template).min(1).max(100).optional().describe('Program and arguments; never a line for a shell.'),
  image: template.optional().describe('Container targets: the image.'),
  env: z
    .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'letters, digits and _'), template)
    .prefault({})
    .describe('Environment variables; it gets no others of ours.'),
}
