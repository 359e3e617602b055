import { fileURLToPath } from 'node:url'
import { createEncryption } from '../../activities/encryption.ts'
import { Invalid } from '../../activities/failures.ts'
import type { Secrets } from '../../activities/secrets/secrets.ts'
import type { EncryptionKeys } from '../../pipeline/schema/configuration/encryption.ts'
import type { TemporalAddress } from './addresses.ts'
import { invalidKeys, readKeys } from './encryption-keys.ts'

const failureConverterPath = fileURLToPath(new URL('../../workflows/sealed-failures.ts', import.meta.url))

/** The same place, where all that is stored is encrypted from now on. A key that cannot be had ends the program. */
export async function encrypted(
  temporal: TemporalAddress,
  keys: EncryptionKeys,
  secrets: Secrets,
): Promise<TemporalAddress> {
  const read = await readKeys(keys, secrets)
  try {
    return { ...temporal, converter: { payloadCodecs: [createEncryption(read)], failureConverterPath } }
  } catch (error) {
    throw error instanceof Invalid ? invalidKeys(error.message) : error
  }
}
