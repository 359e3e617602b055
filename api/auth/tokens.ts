import { randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { RoleRule } from '../../pipeline/schema/configuration/auth.ts'
import type { StoredToken, TokenStore } from '../../store/tokens.ts'
import type { Policy } from './policy.ts'
import type { Principal } from './principal.ts'
import { remembering } from './remembering.ts'
import { equalSecrets, fingerprint } from './secrets.ts'

export interface TokenOrder {
  name: string
  owner: string
  rules: RoleRule[]
  /** Milliseconds from now. */
  lifetime: number
}

/** API tokens: for programs, made and answered for by somebody. */
export interface Tokens {
  /** The token itself is in this answer and nowhere else. Null when the name is taken. */
  issue(order: TokenOrder): Promise<{ token: string; stored: StoredToken } | null>
  find(token: string): Promise<Principal | null>
  /** False when no token in force has this name. */
  revoke(name: string): Promise<boolean>
  /** Of a session that was opened with a token. */
  byId(id: string): Promise<Principal | null>
}

export interface TokenDependencies {
  store: TokenStore
  policy(): Policy
  now(): number
  /** Whether the one who made a token still is somebody here. */
  isKnown(owner: string): boolean
}

/** How exact the time of last use is, in milliseconds: it is not written with every request. */
const usedEvery = 60_000

export function createTokens({ store, policy, now, isKnown }: TokenDependencies): Tokens {
  const known = remembering(id => store.token(id), { fresh: 2_000, stale: 3_600_000, now })
  const written = new Map<string, number>()

  function note(id: string): void {
    if (now() - (written.get(id) ?? 0) < usedEvery) return
    written.set(id, now())
    // That it is not known when a token was used last keeps nobody from using it.
    store.tokenUsed(id, new Date(now()).toISOString()).catch(() => {})
  }

  function toPrincipal(stored: StoredToken | null, type: 'token' | 'session'): Principal | null {
    if (stored === null || stored.revokedAt !== null) return null
    if (!(Date.parse(stored.expiresAt) > now()) || !isKnown(stored.owner)) return null
    const name = `token:${stored.name}`
    const rights = policy().accessOf([name], stored.rules as unknown as RoleRule[])
    return { name, type, subject: stored.owner, groups: [], tokenId: stored.id, ...rights }
  }

  return {
    async issue({ name, owner, rules, lifetime }) {
      const id = randomBytes(8).toString('hex')
      const token = withCheck(`slp_${id}_${randomBytes(32).toString('base64url')}`)
      const [createdAt, expiresAt] = [new Date(now()), new Date(now() + lifetime)].map(time => time.toISOString())
      const made = {
        id,
        name,
        owner,
        hash: fingerprint(token),
        rules: rules as never[],
        createdAt: createdAt!,
        expiresAt: expiresAt!,
      }
      if (!(await store.addToken(made))) return null
      return { token, stored: { ...made, usedAt: null, revokedAt: null } }
    },

    async find(token) {
      const id = idOf(token)
      if (id === null) return null
      const stored = await known.get(id)
      if (stored === null || !equalSecrets(stored.hash, fingerprint(token))) return null
      const principal = toPrincipal(stored, 'token')
      if (principal !== null) note(id)
      return principal
    },

    async revoke(name) {
      const at = new Date(now()).toISOString()
      const ids = (await store.tokens()).filter(token => token.name === name).map(({ id }) => id)
      const revoked = await store.revokeToken(name, at)
      for (const id of ids) known.forget(id)
      return revoked
    },

    byId: async id => toPrincipal(await known.get(id), 'session'),
  }
}

/** Null for what cannot be a token of ours; so that made-up ones do not reach the store. */
export function idOf(token: string): string | null {
  const [, body = '', id = ''] = /^(slp_([0-9a-f]{16})_[\w-]{43})_[0-9a-f]{8}$/.exec(token) ?? []
  return body !== '' && withCheck(body) === token ? id : null
}

/** The check at the end tells a scanner of leaked secrets, and us, a token from what only looks like one. */
function withCheck(body: string): string {
  return `${body}_${crc32(body).toString(16).padStart(8, '0')}`
}
