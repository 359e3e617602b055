import { z } from 'zod'
import { name } from '../scalars.ts'
import { origin } from './reach.ts'
import { secret } from './secret.ts'

const key = z.strictObject({
  id: name.describe('Stored beside what it encrypts; never used again for another key.'),
  key: secret.describe('Where its 32 random bytes are, in base64 (`openssl rand -base64 32`).'),
})

const keys = z
  .tuple([key], key)
  .refine(keys => new Set(keys.map(({ id }) => id)).size === keys.length, 'every key has an id of its own')

/** How runs are kept from who can read a database: Temporal's, and the store's. */
export const encryption = z
  .strictObject({
    keys: keys
      .optional()
      .describe(
        'For all that Temporal stores of a run; begin before the first run, or on a new namespace. The first one encrypts, all of them decrypt: put a new one in front, drop the last one later.',
      ),
    store: z
      .strictObject({ keys })
      .optional()
      .describe(
        'For what the store keeps of runs: what they were given, what they said, what canaries saw. It may begin at any time; what is there already stays as it is, and readable.',
      ),
    viewers: z
      .array(origin)
      .max(10)
      .default([])
      .describe('Where Temporal’s own pages are: they may have payloads decrypted for whoever has `history:decode`.'),
  })
  .refine(({ keys, store }) => keys !== undefined || store !== undefined, 'there are no keys: give `keys`, or `store`')
  .describe('AES-256-GCM, with keys that are rotated, for what is stored of runs.')

export type EncryptionKeys = z.output<typeof keys>
