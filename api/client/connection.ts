import type { Route } from '../contract/routes.ts'
import { csrfHeader } from '../contract/routes.ts'
import { ServerUnreachable } from './errors.ts'

export interface ConnectionOptions {
  /** Where the server is, without a path. Empty in a browser: the page's own origin. */
  url: string
  /** Bearer token; absent in a browser, where the session cookie speaks. */
  token?: string
  fetch?: typeof fetch
}

export type Connection = ConnectionOptions & { fetch: typeof fetch }

export function requestHeaders(connection: Connection): Headers {
  const headers = new Headers({ accept: 'application/json, application/problem+json', [csrfHeader]: '1' })
  if (connection.token !== undefined) headers.set('authorization', `Bearer ${connection.token}`)
  return headers
}

/** `fetch`, with one kind of error for everything that means "no server". An abort stays what it is. */
export async function reach(connection: Connection, path: string, init: RequestInit): Promise<Response> {
  try {
    return await connection.fetch(connection.url.replace(/\/$/, '') + path, { credentials: 'same-origin', ...init })
  } catch (error) {
    if (init.signal?.aborted) throw error
    throw new ServerUnreachable(connection.url, error)
  }
}

/** Fills `{name}` in the path; what is left becomes the query, lists joined by commas. */
export function requestPath(route: Route, input: Record<string, unknown>): string {
  const query = new URLSearchParams()
  const names = new Set([...route.path.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter))
  for (const [key, value] of Object.entries(input))
    if (!names.has(key) && value !== undefined) query.set(key, Array.isArray(value) ? value.join(',') : String(value))
  const path = route.path.replace(/\{(\w+)\}/g, (_, parameter) => encodeURIComponent(String(input[parameter])))
  return query.size === 0 ? path : `${path}?${query}`
}
