import type { Request, RequestHandler } from 'express'
import { routes } from '../contract/routes.ts'

/** The one operation that pages of others may use: those of Temporal, to show what is stored there. */
const { path } = routes.decodePayloads

/** Whether a page that the configuration names asks to have payloads decrypted. Reads; changes nothing. */
export function isViewer(request: Request, viewers: ReadonlySet<string>): boolean {
  const { origin } = request.headers
  return request.path === path && origin !== undefined && viewers.has(origin)
}

/** Lets browsers give the answer to those pages (CORS), and to no others. */
export function letViewersRead(viewers: ReadonlySet<string>): RequestHandler {
  return (request, response, next) => {
    if (request.path === path) response.vary('origin')
    if (!isViewer(request, viewers)) return next()
    response.set({
      'access-control-allow-origin': request.headers.origin!,
      'access-control-allow-credentials': 'true',
      'cross-origin-resource-policy': 'cross-origin',
    })
    if (request.method !== 'OPTIONS') return next()
    response.set({
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': 'authorization, content-type, x-namespace',
      'access-control-max-age': '600',
    })
    response.status(204).end()
  }
}
