import { createHmac, randomBytes } from 'node:crypto'
import { equalSecrets } from './secrets.ts'

export const sessionLifetime = 12 * 3_600_000
const codeLifetime = 10 * 60_000
const openCodes = 100

/**
 * Browser sessions. A session is a signed expiry, so it outlives a restart of the server and is known to every server
 * with the same secret; a session that was closed is refused by this process until it would have expired.
 */
export interface Sessions {
  /** A code that opens one session, once, within ten minutes. */
  issueCode(): { code: string; expiresAt: number }
  /** The value of the cookie, or null when the code is wrong, used or old. */
  open(code: string): string | null
  isOpen(cookie: string): boolean
  close(cookie: string): void
}

export function createSessions(secret: string, now: () => number): Sessions {
  const key = createHmac('sha256', secret).update('slipway session cookie').digest()
  const codes = new Map<string, number>()
  const closed = new Map<string, number>()

  const sign = (payload: string) => createHmac('sha256', key).update(payload).digest('base64url')

  return {
    issueCode() {
      dropExpired(codes, now())
      // The oldest go first: a flood of links must not fill the memory.
      for (const oldest of [...codes.keys()].slice(0, Math.max(0, codes.size - openCodes + 1))) codes.delete(oldest)
      const code = randomBytes(24).toString('base64url')
      const expiresAt = now() + codeLifetime
      codes.set(code, expiresAt)
      return { code, expiresAt }
    },

    open(code) {
      dropExpired(codes, now())
      const match = [...codes.keys()].find(known => equalSecrets(known, code))
      if (match === undefined) return null
      codes.delete(match)
      const payload = `v1.${now() + sessionLifetime}.${randomBytes(12).toString('base64url')}`
      return `${payload}.${sign(payload)}`
    },

    isOpen(cookie) {
      const parts = cookie.split('.')
      const [version, expiry, , signature] = parts
      if (parts.length !== 4 || version !== 'v1' || signature === undefined) return false
      if (!equalSecrets(signature, sign(parts.slice(0, 3).join('.')))) return false
      return Number(expiry) > now() && !closed.has(cookie)
    },

    close(cookie) {
      dropExpired(closed, now())
      if (this.isOpen(cookie)) closed.set(cookie, Number(cookie.split('.')[1]))
    },
  }
}

function dropExpired(entries: Map<string, number>, now: number): void {
  for (const [key, expiresAt] of entries) if (!(expiresAt > now)) entries.delete(key)
}
