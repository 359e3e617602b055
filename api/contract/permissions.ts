import { type Right, type RightScope, rightScopes } from '../../pipeline/permissions.ts'

export { type Right, rights } from '../../pipeline/permissions.ts'

/**
 * What a route can ask for: a right, or one of two that are nobody's to grant. `public` needs no identity at all and is
 * for probes and for signing in; `signed-in` needs an identity and no further right.
 */
export type Permission = Right | 'public' | 'signed-in'

/** What a permission hangs on; `server` for those that hang on nothing. */
export function scopeOf(permission: Permission): RightScope {
  return permission === 'public' || permission === 'signed-in' ? 'server' : rightScopes[permission]
}
