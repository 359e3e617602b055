import { fileURLToPath } from 'node:url'
import { createEncryption, type EncryptionKey } from '../../activities/encryption.ts'
import { Invalid } from '../../activities/failures.ts'
import type { Secrets } from '../../activities/secrets/secrets.ts'
import type { EncryptionConfiguration } from '../../pipeline/schema/configuration/encryption.ts'
import { CliError, exitCodes } from '../cli/io.ts'
import type { TemporalAddress } from './addresses.ts'

const failureConverterPath = fileURLToPath(new URL('../../workflows/sealed-failures.ts', import.meta.url))

/** The same place, where all that is stored is encrypted from now on. A key that cannot be had ends the program. */
export async function encrypted(
  temporal: TemporalAddress,
  { keys: [first, ...others] }: EncryptionConfiguration,
  secrets: Secrets,
): Promise<TemporalAddress> {
  const read = async ({ id, key }: typeof first): Promise<EncryptionKey> => ({
    id,
    key: Buffer.from(await secrets.resolve(key), 'base64'),
  })
  try {
    const codec = createEncryption([await read(first), ...(await Promise.all(others.map(read)))])
    return { ...temporal, converter: { payloadCodecs: [codec], failureConverterPath } }
  } catch (error) {
    if (error instanceof Invalid) throw new CliError(`encryption: ${error.message}`, exitCodes.invalid)
    throw error
  }
}
