import type { Request } from 'express'
import { csrfHeader } from '../contract/routes.ts'
import { Refusal } from '../http/refusal.ts'
import { localAdministrator, type Principal } from './principal.ts'
import { equalSecrets } from './secrets.ts'
import type { Sessions } from './sessions.ts'

export interface IdentityOptions {
  token: string
  sessions: Sessions
  /** Name of the session cookie; cookies are shared by all ports of a host, so it names the port. */
  cookie(): string
  /** Origins of our own pages. */
  origins(): ReadonlySet<string>
}

/**
 * Tells who sent a request; null when it does not say.
 *
 * A request with an `Authorization` header is judged by that header alone. A cookie speaks only for our own pages: an
 * unsafe request has to come from our origin and carry a header that other origins cannot set.
 */
export type Identify = (request: Request) => Promise<Principal | null>

export function createIdentify({ token, sessions, cookie, origins }: IdentityOptions): Identify {
  return async request => {
    const authorization = request.headers.authorization
    if (authorization !== undefined) {
      const bearer = /^Bearer ([\w\-.~+/]+=*)$/i.exec(authorization)?.[1]
      if (bearer === undefined || !equalSecrets(bearer, token)) throw unauthenticated('the bearer token is not valid')
      return localAdministrator('token')
    }
    const value = readCookie(request, cookie())
    if (value === null) return null
    if (!sessions.isOpen(value)) throw unauthenticated('the session has ended; run `slipway login` for a new link')
    refuseForeign(request, origins())
    return localAdministrator('session')
  }
}

export function unauthenticated(detail: string): Refusal {
  return new Refusal('unauthenticated', detail, { headers: { 'www-authenticate': 'Bearer realm="slipway"' } })
}

export function readCookie(request: Request, name: string): string | null {
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const at = part.indexOf('=')
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim()
  }
  return null
}

function refuseForeign(request: Request, origins: ReadonlySet<string>): void {
  const site = request.headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    throw new Refusal('forbidden', 'a session cannot be used from another site')
  if (request.method === 'GET' || request.method === 'HEAD') return
  const origin = request.headers.origin
  if (origin === undefined || !origins.has(origin))
    throw new Refusal('forbidden', 'a session can be used only from pages of this server')
  if (request.headers[csrfHeader] === undefined)
    throw new Refusal('forbidden', `with a session, send the header ${csrfHeader}`)
}
