import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { CannotOpen } from './errors.ts'

/** AES-256: 32 bytes. The id is stored beside what it seals and is no secret. */
export interface SealingKey {
  id: string
  key: Buffer
}

export interface Keyring {
  /** Id of the key that seals. */
  readonly newest: string
  has(id: string): boolean
  /** `place` is part of what is sealed: elsewhere it cannot be opened. */
  seal(plain: Buffer, place?: string): Buffer
  /** @throws CannotOpen when the key is not here, or when it, the name of the key, the place or the data is another. */
  open(sealed: Buffer, id: string, place?: string): Buffer
}

const ivLength = 12
const tagLength = 16

/**
 * AES-256-GCM (NIST SP 800-38D) with a random 96-bit IV each time. The first key seals, all of them open; so keys are
 * rotated by putting a new one in front. The tag covers `purpose`, key id and place, too.
 *
 * @throws CannotOpen when a key has another length
 */
export function createKeyring(purpose: string, keys: readonly [SealingKey, ...SealingKey[]]): Keyring {
  const byId = new Map(keys.map(({ id, key }) => [id, key]))
  for (const { id, key } of keys)
    if (key.length !== 32) throw new CannotOpen(`encryption key ${id} has ${key.length} bytes; AES-256 needs 32`)
  const [{ id: newest, key: newestKey }] = keys
  const bound = (id: string, place?: string) =>
    Buffer.from([purpose, id, ...(place === undefined ? [] : [place])].join('\0'))

  return {
    newest,
    has: id => byId.has(id),
    seal(plain, place) {
      const iv = randomBytes(ivLength)
      const cipher = createCipheriv('aes-256-gcm', newestKey, iv).setAAD(bound(newest, place))
      return Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
    },
    open(sealed, id, place) {
      const key = byId.get(id)
      if (key === undefined)
        throw new CannotOpen(`it is encrypted with the key ${JSON.stringify(id)}, which is not configured`)
      if (sealed.length < ivLength + tagLength) throw new CannotOpen('what is encrypted is too short')
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, ivLength), { authTagLength: tagLength })
      decipher.setAAD(bound(id, place)).setAuthTag(sealed.subarray(-tagLength))
      try {
        return Buffer.concat([decipher.update(sealed.subarray(ivLength, -tagLength)), decipher.final()])
      } catch {
        throw new CannotOpen(`it does not fit the key ${JSON.stringify(id)}, or was changed`)
      }
    },
  }
}
