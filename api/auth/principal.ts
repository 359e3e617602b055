import type { Permission, Right } from '../contract/permissions.ts'

/** Who is asking, and what they may do. */
export interface Principal {
  name: string
  type: 'token' | 'session'
  rights: ReadonlySet<Right>
}

export function isAllowed(principal: Principal | null, permission: Permission): boolean {
  if (permission === 'public') return true
  if (principal === null) return false
  return permission === 'signed-in' || principal.rights.has(permission)
}
