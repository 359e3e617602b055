import type { Identify } from './identity.ts'
import type { Limits } from './limits.ts'
import type { OidcLogin } from './oidc.ts'
import type { PrincipalOf } from './people.ts'
import type { Policy } from './policy.ts'
import type { Sessions, Who } from './sessions.ts'
import type { Tokens } from './tokens.ts'
import type { Users } from './users.ts'

/** All that tells who somebody is. */
export interface IdentityPart {
  identify: Identify
  sessions: Sessions
  tokens: Tokens
  limits: Limits
  users: Users
  hasUsers: boolean
  principalOf: PrincipalOf
  policy(): Policy
  oidc: OidcLogin | null
  /** Whoever holds the server's own token. */
  localOwner: Who
}
