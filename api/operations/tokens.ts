import type { RoleRule } from '../../pipeline/schema/configuration/auth.ts'
import type { StoredToken } from '../../store/tokens.ts'
import type { tokenRoutes } from '../contract/routes/tokens.ts'
import type { TokenView } from '../contract/tokens.ts'
import { callerOf, type Handlers } from '../http/handler.ts'
import { Refusal } from '../http/refusal.ts'
import type { Services } from '../services.ts'

export function tokenOperations({ store, identity }: Services): Pick<Handlers, keyof typeof tokenRoutes> {
  const { tokens } = identity

  return {
    async createToken(call) {
      const { name, allow, applications, environments, expiresIn } = call.body
      const { access, subject, name: maker } = callerOf(call)
      const rules: RoleRule[] = allow.length === 0 ? [] : [{ allow, applications, environments }]
      // A role may be bound to the name already; making the token would be taking the role.
      const all = [...rules, ...identity.policy().rulesOf([`token:${name}`])]
      if (!all.every(rule => access.covers(rule)))
        throw new Refusal('forbidden', `${maker} does not have all of this, and so cannot give it`)
      const made = await tokens.issue({ name, owner: subject, rules, lifetime: expiresIn })
      if (made === null)
        throw new Refusal('refused', `there is a token ${name} already; revoke it first, or choose another name`)
      return { body: { ...view(made.stored), token: made.token } }
    },

    async listTokens() {
      return { body: { items: (await store.tokens()).map(view) } }
    },

    async revokeToken({ params: { name } }) {
      if (await tokens.revoke(name)) return { body: null }
      throw new Refusal('not-found', `there is no token ${name} in force`)
    },
  }
}

function view({ hash: _, rules, ...token }: StoredToken): TokenView {
  const [rule] = rules as unknown as RoleRule[]
  return {
    ...token,
    allow: rule?.allow ?? [],
    applications: rule?.applications ?? [],
    environments: rule?.environments ?? [],
  }
}
