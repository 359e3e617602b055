import type { Policy } from './policy.ts'
import { localAdministrator, type Principal, person } from './principal.ts'
import { equalSecrets } from './secrets.ts'
import type { Who } from './sessions.ts'
import type { Tokens } from './tokens.ts'
import type { Users } from './users.ts'

/** Who the owner of a session is now: with the groups, roles and rights of this moment; null when nobody any more. */
export type PrincipalOf = (whose: Who) => Promise<Principal | null>

export interface PeopleDependencies {
  /** Fingerprint of the server's own token. */
  local: string
  users: Users
  tokens: Tokens
  policy(): Policy
}

export function createPeople({ local, users, tokens, policy }: PeopleDependencies): PrincipalOf {
  return async whose => {
    if (whose.type === 'local') return equalSecrets(whose.of, local) ? localAdministrator('session') : null
    if (whose.type === 'token') return tokens.byId(whose.id)
    if (whose.type === 'oidc') return person(whose, policy())
    const found = users.find(whose.name)
    return found === null ? null : person(found, policy())
  }
}
