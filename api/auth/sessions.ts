import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { SessionStore } from '../../store/sessions.ts'
import { remembering } from './remembering.ts'
import { createSigner, fingerprint } from './secrets.ts'

export const sessionLifetime = 12 * 3_600_000
const codeLifetime = 10 * 60_000

/** Whose a session is. What they may do is not in it: that is looked up with every request. */
const who = z.discriminatedUnion('type', [
  /** Of the server's own token; with another token it is over. */
  z.strictObject({ type: z.literal('local'), of: z.string() }),
  z.strictObject({ type: z.literal('user'), name: z.string() }),
  z.strictObject({ type: z.literal('oidc'), name: z.string(), groups: z.array(z.string()) }),
  z.strictObject({ type: z.literal('token'), id: z.string() }),
])

export type Who = z.output<typeof who>

/** Browser sessions. They are in the store: every server knows them, and one that was closed stays closed. */
export interface Sessions {
  /** A code that opens one session, once, within ten minutes. */
  issueCode(whose: Who): { code: string; expiresAt: number }
  /** Null when the code is wrong, used or old. */
  redeem(code: string): Promise<Who | null>
  /** The value of the cookie: always a new one. */
  open(whose: Who): Promise<string>
  find(cookie: string): Promise<Who | null>
  close(cookie: string): Promise<void>
}

export function createSessions(store: SessionStore, secret: string, now: () => number): Sessions {
  const codes = createSigner<{ whose: Who; nonce: string }>(secret, 'login link', now)
  const iso = (time: number) => new Date(time).toISOString()
  const known = remembering(hash => store.session(hash), { fresh: 2_000, stale: 3_600_000, now })

  return {
    issueCode(whose) {
      const expiresAt = now() + codeLifetime
      return { code: codes.sign({ whose, nonce: randomBytes(12).toString('base64url') }, expiresAt), expiresAt }
    },

    async redeem(code) {
      const signed = codes.read(code)
      if (signed === null) return null
      const isFirst = await store.claim(`login/${signed.nonce}`, iso(now() + codeLifetime))
      return isFirst ? signed.whose : null
    },

    async open(whose) {
      const cookie = randomBytes(32).toString('base64url')
      const times = { createdAt: iso(now()), expiresAt: iso(now() + sessionLifetime) }
      await store.addSession({ hash: fingerprint(cookie), who: whose, ...times })
      return cookie
    },

    async find(cookie) {
      if (!/^[\w-]{43}$/.test(cookie)) return null
      const session = await known.get(fingerprint(cookie))
      if (session === null || !(Date.parse(session.expiresAt) > now())) return null
      return who.parse(session.who)
    },

    async close(cookie) {
      await store.removeSession(fingerprint(cookie))
      known.forget(fingerprint(cookie))
    },
  }
}
