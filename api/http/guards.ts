import { randomUUID } from 'node:crypto'
import type { RequestHandler } from 'express'
import { hookRoutes } from '../contract/routes/hooks.ts'
import { Refusal } from './refusal.ts'

declare module 'express-serve-static-core' {
  interface Request {
    /** Ours, or the caller's when it is harmless; in every answer, log line and problem. */
    id: string
  }
}

export const requestIds: RequestHandler = (request, response, next) => {
  const given = request.get('x-request-id')
  request.id = given !== undefined && /^[\w.-]{8,64}$/.test(given) ? given : randomUUID()
  response.set('x-request-id', request.id)
  next()
}

/** What a browser must not do with an answer of the API, whatever is in it. */
export const apiHeaders: RequestHandler = (_request, response, next) => {
  response.set({
    ...commonHeaders,
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  })
  next()
}

/** The page has only our own scripts and styles and talks only to us; ui/index.html says how it keeps to that. */
export const pageHeaders: RequestHandler = (_request, response, next) => {
  response.set({
    ...commonHeaders,
    'content-security-policy': [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self'",
      "font-src 'self'",
      "connect-src 'self'",
      "manifest-src 'self'",
      "base-uri 'none'",
      "form-action 'self'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
    ].join('; '),
  })
  next()
}

const commonHeaders = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
} as const

/** Browsers do not come back without TLS for a year, once they came with it. */
export function strictTransport(isSecure: () => boolean): RequestHandler {
  return (_request, response, next) => {
    if (isSecure()) response.set('strict-transport-security', 'max-age=31536000')
    next()
  }
}

/** Answers only to its own names: a foreign name that resolves to loopback (DNS rebinding) gets nothing. */
export function knownHosts(hosts: () => ReadonlySet<string>): RequestHandler {
  return (request, _response, next) => {
    const host = request.headers.host?.toLowerCase() ?? ''
    if (hosts().has(host)) return next()
    throw new Refusal('misdirected', `this server does not answer as "${host.slice(0, 100)}"; use ${[...hosts()][0]}`)
  }
}

/** The most a JSON body may have, in bytes. */
export const maxBody = 256 * 1024

/** The most a webhook may have, in bytes. */
const maxHook = hookRoutes.receiveHook.raw

/** Refuses what says it is too large before anyone asks who sent it; the parsers catch what lies about it. */
export const bodyCap: RequestHandler = (request, response, next) => {
  const most = request.path.startsWith('/api/v1/hooks/') ? maxHook : maxBody
  if (!(Number(request.headers['content-length'] ?? 0) > most)) return next()
  response.set('connection', 'close')
  throw new Refusal('payload-too-large', `a body may have at most ${most / 1024} KB`)
}
