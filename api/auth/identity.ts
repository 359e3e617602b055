import { isIP } from 'node:net'
import type { Request } from 'express'
import { csrfHeader } from '../contract/routes.ts'
import { Refusal } from '../http/refusal.ts'
import { isViewer } from '../http/viewers.ts'
import { CiRefused, type CiTokens } from './ci.ts'
import { createFamiliar } from './familiar.ts'
import type { Limits } from './limits.ts'
import type { PrincipalOf } from './people.ts'
import { localAdministrator, type Principal } from './principal.ts'
import { equalSecrets, fingerprint } from './secrets.ts'
import type { Sessions } from './sessions.ts'
import type { Tokens } from './tokens.ts'

export interface IdentityOptions {
  /** The server's own; whoever holds it administers it. */
  token: string
  tokens: Tokens
  ci: CiTokens
  sessions: Sessions
  principalOf: PrincipalOf
  limits: Limits
  /** Lets in who says nothing about themselves; for development on loopback. */
  anonymous: boolean
  /** Name of the session cookie; cookies are shared by all ports of a host, so it names the port. */
  cookie(): string
  /** Origins of our own pages. */
  origins(): ReadonlySet<string>
  /** Origins of pages of others that may have payloads decrypted. */
  viewers: ReadonlySet<string>
}

/**
 * Tells who sent a request; null when it does not say.
 *
 * A request with an `Authorization` header is judged by that header alone. A cookie speaks only for our own pages: an
 * unsafe request has to come from our origin and carry a header that other origins cannot set.
 */
export type Identify = (request: Request) => Promise<Principal | null>

export function createIdentify(options: IdentityOptions): Identify {
  const { token, tokens, ci, sessions, principalOf, limits, cookie, origins, viewers, anonymous } = options
  const familiar = createFamiliar(fingerprint, familiarFor, Date.now)

  /** What is not familiar is looked up only so often for one address; that comes before the store is asked. */
  async function known(
    credential: string,
    address: string,
    find: () => Promise<Principal | null>,
  ): Promise<Principal | null> {
    const attempt = familiar.has(credential) ? null : await limits.stranger(address)
    const found = await find().catch(async error => {
      if (error instanceof CiRefused) await attempt?.failed()
      throw error
    })
    if (found === null) await attempt?.failed()
    else familiar.add(credential)
    return found
  }

  async function byBearer(bearer: string, address: string): Promise<Principal> {
    if (equalSecrets(bearer, token)) return localAdministrator('token')
    try {
      const found = await known(bearer, address, async () => (await tokens.find(bearer)) ?? (await ci.find(bearer)))
      if (found !== null) return found
    } catch (error) {
      if (!(error instanceof CiRefused)) throw error
      throw unauthenticated(`the token of the CI system is not accepted: ${error.message}`)
    }
    throw unauthenticated('the bearer token is not valid')
  }

  async function byCookie(value: string, address: string): Promise<Principal> {
    const found = await known(value, address, async () => {
      const whose = await sessions.find(value)
      return whose === null ? null : principalOf(whose)
    })
    if (found !== null) return found
    throw unauthenticated('the session has ended; sign in again, or run `slipway login` for a new link')
  }

  return async request => {
    const authorization = request.headers.authorization
    if (authorization !== undefined)
      return byBearer(/^Bearer ([\w\-.~+/]+=*)$/i.exec(authorization)?.[1] ?? '', addressOf(request))
    const value = readCookie(request, cookie())
    if (value !== null) {
      const principal = await byCookie(value, addressOf(request))
      if (isViewer(request, viewers)) return principal
      refuseForeignSite(request)
      requireOwnPage(request, origins())
      return principal
    }
    if (!anonymous) return null
    refuseForeignSite(request)
    refuseForeignOrigin(request, origins())
    return localAdministrator('anonymous')
  }
}

/** Milliseconds. */
const familiarFor = 10 * 60_000

export function unauthenticated(detail: string): Refusal {
  return new Refusal('unauthenticated', detail, { headers: { 'www-authenticate': 'Bearer realm="slipway"' } })
}

/** Of whoever sent it: of the connection, or what a trusted proxy says; see `trustedProxies`. */
export function addressOf(request: Request): string {
  const told = request.ip ?? ''
  return isIP(told) > 0 ? told : (request.socket.remoteAddress ?? 'unknown')
}

export function readCookie(request: Request, name: string): string | null {
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const at = part.indexOf('=')
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim()
  }
  return null
}

function refuseForeignSite(request: Request): void {
  const site = request.headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    throw new Refusal('forbidden', 'a session cannot be used from another site')
}

/** Of requests that change something: our own page sent it, and said so in a way that a form of others cannot. */
function requireOwnPage(request: Request, origins: ReadonlySet<string>): void {
  if (isSafe(request)) return
  const origin = request.headers.origin
  if (origin === undefined || !origins.has(origin))
    throw new Refusal('forbidden', 'a session can be used only from pages of this server')
  requireOwnHeader(request)
}

/** Programs say nothing about where they come from; browsers do whenever they change something. */
function refuseForeignOrigin(request: Request, origins: ReadonlySet<string>): void {
  const origin = request.headers.origin
  if (origin !== undefined && !origins.has(origin))
    throw new Refusal('forbidden', 'this server can be used only from its own pages')
  if (!isSafe(request)) requireOwnHeader(request)
}

function requireOwnHeader(request: Request): void {
  if (request.headers[csrfHeader] === undefined) throw new Refusal('forbidden', `send the header ${csrfHeader}`)
}

function isSafe({ method }: Request): boolean {
  return method === 'GET' || method === 'HEAD'
}
