import { z } from 'zod'
import { name } from '../scalars.ts'
import { isMap, worded } from '../words.ts'

const env = z.strictObject({
  env: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of an environment variable')
    .describe('Environment variable of the process that needs it.'),
})

const file = z.strictObject({
  file: z.string().min(1).max(4_096).describe('File that process can read; its last line end is left out.'),
})

const aPath = 'the name or path of a secret, such as shop/ci'
const stored = z.strictObject({
  store: name.describe('One of `secrets`.'),
  path: z
    .string(aPath)
    .max(500, aPath)
    .regex(/^[A-Za-z0-9_-][A-Za-z0-9_.-]*(\/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*$/, aPath)
    .describe('Which secret there: a path of Vault, the name of a Secret of Kubernetes.'),
  key: z.string().min(1).max(253).describe('Which of its values.'),
})

/** What can be had without asking anybody: the way into a store of secrets. */
export const localSecret = worded(
  z.union([env, file]),
  'a reference to a secret: a map with "env" or "file"',
  input => {
    if (!isMap(input)) return null
    return 'file' in input ? 1 : 0
  },
)

/** Where a secret is, never what it is; read at the moment it is needed. */
export const secret = worded(
  z.union([env, file, stored]),
  'a reference to a secret: a map with "env", with "file", or with "store", "path" and "key"',
  input => {
    if (!isMap(input)) return null
    if ('store' in input) return 2
    return 'file' in input ? 1 : 0
  },
)

export type LocalReference = z.output<typeof localSecret>
export type SecretReference = z.output<typeof secret>
export type StoredReference = z.output<typeof stored>
