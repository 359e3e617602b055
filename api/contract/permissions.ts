/**
 * Everything one can be allowed to do. `public` needs no identity at all and is for probes only; `signed-in` needs an
 * identity and no further right.
 */
export const permissions = [
  'public',
  'signed-in',
  'execution:read',
  'execution:start',
  'execution:steer',
  'pipeline:read',
  'target:read',
  'server:read',
] as const

export type Permission = (typeof permissions)[number]

/** What can be granted. */
export type Right = Exclude<Permission, 'public' | 'signed-in'>

export const rights = permissions.filter((p): p is Right => p !== 'public' && p !== 'signed-in')
