import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'

/** Chooses the cluster where the service allows it; never reaches a release of a service that does not. */
export const clusterHeader = 'x-slipway-cluster'

/** About one connection, not about the request (RFC 9110, 7.6.1). `connection` itself is set anew on each side. */
const hopByHop = ['keep-alive', 'proxy-connection', 'te', 'trailer', 'upgrade', 'expect'] as const

/** Makes a client's headers fit to be sent on, in place; called once, however often the request is tried. */
export function forwardHeaders(request: IncomingMessage): void {
  dropConnectionHeaders(request.headers)
  tellOrigin(request)
}

/** The same for a request to switch protocols, which is made by the very headers that are dropped elsewhere. */
export function forwardUpgradeHeaders(request: IncomingMessage): void {
  tellOrigin(request)
}

function tellOrigin({ headers, socket }: IncomingMessage): void {
  append(headers, 'x-forwarded-for', socket.remoteAddress ?? 'unknown')
  headers['x-forwarded-proto'] ??= 'http'
  headers['x-forwarded-host'] ??= headers.host ?? ''
  headers['x-forwarded-port'] ??= String(socket.localPort ?? '')
}

/** Makes an instance's headers fit for the client, in place. */
export function backwardHeaders(headers: IncomingHttpHeaders, keepAlive: boolean): void {
  dropConnectionHeaders(headers)
  headers.connection = keepAlive ? 'keep-alive' : 'close'
}

export function hasBody({ headers }: IncomingMessage): boolean {
  const length = headers['content-length']
  return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0')
}

/** May be sent again without doing its work twice (RFC 9110, 9.2.2). */
export function isIdempotent({ method }: IncomingMessage): boolean {
  return idempotent.has(method ?? '')
}

const idempotent = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE'])

export function cookieOf({ headers }: IncomingMessage, name: string): string | null {
  for (const part of headers.cookie?.split(';') ?? []) {
    const equals = part.indexOf('=')
    if (equals > 0 && part.slice(0, equals).trim() === name) return part.slice(equals + 1).trim()
  }
  return null
}

/** Adds a cookie that lasts as long as the browser's session. */
export function addCookie(headers: IncomingHttpHeaders, name: string, value: string): void {
  headers['set-cookie'] = [...(headers['set-cookie'] ?? []), `${name}=${value}; Path=/; HttpOnly; SameSite=Lax`]
}

function dropConnectionHeaders(headers: IncomingHttpHeaders): void {
  const named = headers.connection
  if (named !== undefined && named !== 'keep-alive' && named !== 'close')
    for (const name of named.split(',')) {
      const key = name.trim().toLowerCase()
      if (key !== 'close' && key !== 'content-length' && key !== 'transfer-encoding') delete headers[key]
    }
  for (const name of hopByHop) delete headers[name]
}

function append(headers: IncomingHttpHeaders, name: string, value: string): void {
  const before = headers[name]
  headers[name] = before === undefined ? value : `${before}, ${value}`
}
