import { z } from 'zod'
import { isMap, worded } from '../words.ts'

/** Where a secret is, never what it is; read at the moment it is needed. */
export const secret = worded(
  z.union([
    z.strictObject({
      env: z
        .string()
        .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of an environment variable')
        .describe('Environment variable of the process that needs it.'),
    }),
    z.strictObject({
      file: z.string().min(1).max(4_096).describe('File that process can read; its last line end is left out.'),
    }),
  ]),
  'a reference to a secret: a map with "env" or "file"',
  input => {
    if (!isMap(input)) return null
    return 'file' in input ? 1 : 0
  },
)

export type SecretReference = z.output<typeof secret>
