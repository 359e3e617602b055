/**
 * Everything that can be granted, and what it hangs on: on an application and all environments a run touches, on an
 * application alone, or on the server as a whole. A rule is narrowed only by what its permission hangs on.
 */
export const rightScopes = {
  'execution:read': 'application',
  'execution:start': 'environment',
  'execution:steer': 'environment',
  'execution:approve': 'environment',
  'judgment:override': 'environment',
  'freeze:override': 'environment',
  'freeze:manage': 'server',
  'quarantine:release': 'application',
  'pipeline:read': 'application',
  'target:read': 'environment',
  'audit:read': 'server',
  'history:decode': 'server',
  'server:read': 'server',
  'token:manage': 'server',
} as const satisfies Record<string, RightScope>

export type RightScope = 'environment' | 'application' | 'server'

/** What can be granted. */
export type Right = keyof typeof rightScopes

export const rights = Object.keys(rightScopes) as readonly Right[]

/** `*` means every right, `execution:*` all that begin so; empty when nothing is called so. */
export function rightsNamed(pattern: string): Right[] {
  if (pattern === '*') return [...rights]
  if (pattern.endsWith(':*')) return rights.filter(right => right.startsWith(pattern.slice(0, -1)))
  return rights.filter(right => right === pattern)
}
