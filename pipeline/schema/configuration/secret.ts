import { z } from 'zod'
import { isMap, worded } from '../words.ts'

/** Where a secret is, never what it is; read by the activity that needs it, at the moment it needs it. */
export const secret = worded(
  z.union([
    z.strictObject({
      env: z
        .string()
        .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of an environment variable')
        .describe('Environment variable of the worker.'),
    }),
    z.strictObject({
      file: z.string().min(1).max(4_096).describe('File the worker can read; its last line end is left out.'),
    }),
  ]),
  'a reference to a secret: a map with "env" or "file"',
  input => {
    if (!isMap(input)) return null
    return 'file' in input ? 1 : 0
  },
)

export type SecretReference = z.output<typeof secret>
