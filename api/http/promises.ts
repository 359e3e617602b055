import type { Allowance } from '../auth/limits.ts'
import type { Route } from '../contract/routes.ts'

/** How much a caller has left, so that programs slow down before they are refused. */
export function limitHeaders({ limit, remaining, reset }: Allowance): Record<string, string> {
  return {
    'ratelimit-limit': String(limit),
    'ratelimit-remaining': String(remaining),
    'ratelimit-reset': String(reset),
  }
}

/** Until when an operation goes on, of one that will not for ever (RFC 9745, RFC 8594). */
export function deprecationHeaders({ deprecated }: Pick<Route, 'deprecated'>): Record<string, string> {
  if (deprecated === undefined) return {}
  const { since, sunset } = deprecated
  return {
    deprecation: `@${Date.parse(since) / 1_000}`,
    sunset: new Date(sunset).toUTCString(),
    link: '</docs>; rel="deprecation"; type="text/html"',
  }
}
