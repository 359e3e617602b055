import { Invalid } from '../../activities/failures.ts'
import type { Secrets } from '../../activities/secrets/secrets.ts'
import type { EncryptionKeys } from '../../pipeline/schema/configuration/encryption.ts'
import type { SealingKey } from '../../store/sealing.ts'
import { CliError, exitCodes } from '../cli/io.ts'

/** The keys behind their references, in the same order. One that cannot be had ends the program. */
export async function readKeys([first, ...others]: EncryptionKeys, secrets: Secrets): Promise<NonEmpty> {
  const read = async ({ id, key }: typeof first): Promise<SealingKey> => {
    const text = await secrets.resolve(key).catch(error => {
      throw error instanceof Invalid ? invalidKeys(`the key ${id}: ${error.message}`) : error
    })
    return { id, key: Buffer.from(text, 'base64') }
  }
  return [await read(first), ...(await Promise.all(others.map(read)))]
}

type NonEmpty = [SealingKey, ...SealingKey[]]

export function invalidKeys(message: string): CliError {
  return new CliError(`encryption: ${message}`, exitCodes.invalid)
}
