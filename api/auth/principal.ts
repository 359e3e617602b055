import type { Permission } from '../contract/permissions.ts'
import type { PrincipalType } from '../contract/server.ts'
import { type Access, createAccess, everything, type Policy } from './policy.ts'

/** Who is asking, and what they may do. Made anew for each request, so that what was taken is gone at once. */
export interface Principal {
  /** As runs and the audit log show it. */
  name: string
  type: PrincipalType
  /** The person behind, however they came: two principals with one subject are one person to four-eyes rules. */
  subject: string
  /** Roles by name, for approvers that are named as `role:NAME`. */
  roles: readonly string[]
  groups: readonly string[]
  /** Of an API token. */
  tokenId?: string
  access: Access
}

/** Whether a request with this permission can be allowed at all; the place it is about is looked at later. */
export function isAllowed(principal: Principal | null, permission: Permission): boolean {
  if (permission === 'public') return true
  if (principal === null) return false
  return permission === 'signed-in' || principal.access.canSomewhere(permission)
}

/** Whoever may read the folder of a server on loopback, or holds the secret it was started with. */
export function localAdministrator(type: PrincipalType): Principal {
  const who = { name: 'local', subject: 'local', roles: ['administrator'], groups: [] }
  return { ...who, type, access: createAccess([everything]) }
}

export interface Person {
  name: string
  groups: readonly string[]
}

export function person({ name, groups }: Person, policy: Policy, type: PrincipalType = 'session'): Principal {
  const subjects = [`user:${name}`, ...groups.map(group => `group:${group}`)]
  return { name, type, subject: `user:${name}`, groups, ...policy.accessOf(subjects) }
}
