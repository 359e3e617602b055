import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { Payload, PayloadCodec } from '@temporalio/common'
import { METADATA_ENCODING_KEY } from '@temporalio/common'
import proto from '@temporalio/proto'
import { Invalid } from './failures.ts'

const { Payload: message } = proto.temporal.api.common.v1

/** AES-256: 32 bytes. The id is stored beside what it encrypts and is no secret. */
export interface EncryptionKey {
  id: string
  key: Buffer
}

const encoding = 'binary/slipway-aes-256-gcm'
const keyIdKey = 'slipway-key'
const ivLength = 12
const tagLength = 16

/**
 * Encrypts all that Temporal stores of a run. The first key encrypts, every key decrypts, so keys are rotated by putting
 * a new one in front and dropping the last one when no history needs it any more.
 *
 * AES-256-GCM (NIST SP 800-38D) with a random 96-bit IV a payload; the tag covers encoding and key id, too. What is not
 * encrypted is refused: who can write to Temporal must not slip in plain payloads.
 */
export function createEncryption(keys: readonly [EncryptionKey, ...EncryptionKey[]]): PayloadCodec {
  const byId = new Map(keys.map(({ id, key }) => [id, key]))
  for (const { id, key } of keys)
    if (key.length !== 32) throw new Invalid(`encryption key ${id} has ${key.length} bytes; AES-256 needs 32`)
  const [{ id: newest, key: newestKey }] = keys

  return {
    encode: async payloads =>
      payloads.map(payload => ({
        metadata: { [METADATA_ENCODING_KEY]: Buffer.from(encoding), [keyIdKey]: Buffer.from(newest) },
        data: seal(Buffer.from(message.encode(payload).finish()), newest, newestKey),
      })),
    decode: async payloads =>
      payloads.map(({ metadata, data }) => {
        const { [keyIdKey]: id } = metadata ?? {}
        if (!isEncrypted({ metadata }))
          throw new Invalid('a payload is not encrypted; with encryption configured only encrypted ones are taken')
        const name = Buffer.from(id ?? []).toString()
        const key = byId.get(name)
        if (key === undefined)
          throw new Invalid(`a payload is encrypted with the key ${JSON.stringify(name)}, which is not configured`)
        return message.decode(open(Buffer.from(data ?? []), name, key)) as Payload
      }),
  }
}

/** Whether a payload says that it was encrypted here. */
export function isEncrypted({ metadata }: Pick<Payload, 'metadata'>): boolean {
  const stated = metadata?.[METADATA_ENCODING_KEY]
  return stated != null && Buffer.from(stated).toString() === encoding
}

function seal(plain: Buffer, id: string, key: Buffer): Buffer {
  const iv = randomBytes(ivLength)
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(bound(id))
  return Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

function open(sealed: Buffer, id: string, key: Buffer): Buffer {
  if (sealed.length < ivLength + tagLength) throw new Invalid('an encrypted payload is too short')
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, ivLength), { authTagLength: tagLength })
  decipher.setAAD(bound(id)).setAuthTag(sealed.subarray(-tagLength))
  try {
    return Buffer.concat([decipher.update(sealed.subarray(ivLength, -tagLength)), decipher.final()])
  } catch {
    throw new Invalid(`an encrypted payload does not fit the key ${JSON.stringify(id)}, or was changed`)
  }
}

function bound(id: string): Buffer {
  return Buffer.from(`${encoding}\0${id}`)
}
