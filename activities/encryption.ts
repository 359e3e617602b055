import type { Payload, PayloadCodec } from '@temporalio/common'
import { METADATA_ENCODING_KEY } from '@temporalio/common'
import proto from '@temporalio/proto'
import { CannotOpen } from '../store/errors.ts'
import { createKeyring, type SealingKey } from '../store/sealing.ts'
import { Invalid } from './failures.ts'

const { Payload: message } = proto.temporal.api.common.v1

const encoding = 'binary/slipway-aes-256-gcm'
const keyIdKey = 'slipway-key'

/**
 * Encrypts all that Temporal stores of a run. The first key encrypts, every key decrypts, so keys are rotated by putting
 * a new one in front and dropping the last one when no history needs it any more. The tag covers encoding and key id, too.
 * What is not encrypted is refused: who can write to Temporal must not slip in plain payloads.
 */
export function createEncryption(keys: readonly [SealingKey, ...SealingKey[]]): PayloadCodec {
  const keyring = orInvalid(() => createKeyring(encoding, keys))

  return {
    encode: async payloads =>
      payloads.map(payload => ({
        metadata: { [METADATA_ENCODING_KEY]: Buffer.from(encoding), [keyIdKey]: Buffer.from(keyring.newest) },
        data: keyring.seal(Buffer.from(message.encode(payload).finish())),
      })),
    decode: async payloads =>
      payloads.map(({ metadata, data }) => {
        const { [keyIdKey]: id } = metadata ?? {}
        if (!isEncrypted({ metadata }))
          throw new Invalid('a payload is not encrypted; with encryption configured only encrypted ones are taken')
        const name = Buffer.from(id ?? []).toString()
        return message.decode(
          orInvalid(() => keyring.open(Buffer.from(data ?? []), name), 'a payload cannot be read: '),
        ) as Payload
      }),
  }
}

/** Whether a payload says that it was encrypted here. */
export function isEncrypted({ metadata }: Pick<Payload, 'metadata'>): boolean {
  const stated = metadata?.[METADATA_ENCODING_KEY]
  return stated != null && Buffer.from(stated).toString() === encoding
}

/** Trying again would not help. */
function orInvalid<T>(attempt: () => T, before = ''): T {
  try {
    return attempt()
  } catch (error) {
    throw error instanceof CannotOpen ? new Invalid(before + error.message) : error
  }
}
