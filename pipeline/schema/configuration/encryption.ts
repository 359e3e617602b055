import { z } from 'zod'
import { name } from '../scalars.ts'
import { origin } from './reach.ts'
import { secret } from './secret.ts'

const key = z.strictObject({
  id: name.describe('Stored beside what it encrypts; never used again for another key.'),
  key: secret.describe('Where its 32 random bytes are, in base64 (`openssl rand -base64 32`).'),
})

/** How runs are kept from who can read Temporal's database. */
export const encryption = z
  .strictObject({
    keys: z
      .tuple([key], key)
      .refine(keys => new Set(keys.map(({ id }) => id)).size === keys.length, 'every key has an id of its own')
      .describe('The first one encrypts, all of them decrypt: put a new one in front, drop the last one later.'),
    viewers: z
      .array(origin)
      .max(10)
      .default([])
      .describe('Where Temporal’s own pages are: they may have payloads decrypted for whoever has `history:decode`.'),
  })
  .describe(
    'AES-256-GCM for all that Temporal stores of a run. Begin with it before the first run, or on a new namespace.',
  )

export type EncryptionConfiguration = z.output<typeof encryption>
