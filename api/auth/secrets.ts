import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

/** Compares two secrets in time that does not depend on where, or in length, they differ. */
export function equalSecrets(a: string, b: string): boolean {
  return timingSafeEqual(digest(a), digest(b))
}

/** What is kept of a secret that is long enough to need no salt. */
export function fingerprint(secret: string): string {
  return digest(secret).toString('hex')
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

/** Values that only a server with this secret can have made, for one purpose, until a time. */
export interface Signer<T> {
  sign(value: T, expiresAt: number): string
  /** Null when it was not signed here, or is too old. */
  read(text: string): T | null
}

/** `T` is JSON; whoever holds the text can read it. Any process with the same secret can check it. */
export function createSigner<T>(secret: string, purpose: string, now: () => number): Signer<T> {
  const key = createHmac('sha256', secret).update(`slipway ${purpose}`).digest()
  const seal = (payload: string) => createHmac('sha256', key).update(payload).digest('base64url')
  return {
    sign(value, expiresAt) {
      const payload = Buffer.from(JSON.stringify({ value, expiresAt })).toString('base64url')
      return `${payload}.${seal(payload)}`
    },
    read(text) {
      const [payload = '', signature = '', ...more] = text.split('.')
      if (more.length > 0 || !equalSecrets(signature, seal(payload))) return null
      const { value, expiresAt } = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))
      return expiresAt > now() ? value : null
    },
  }
}
