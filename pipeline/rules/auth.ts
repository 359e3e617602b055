import { rightScopes } from '../permissions.ts'
import type { Finding } from '../problem.ts'
import type { AuthConfiguration, RoleRule } from '../schema/configuration/auth.ts'
import { didYouMean } from '../suggest.ts'

/** Roles that there always are. */
export const builtInRoles = ['administrator', 'reader'] as const

/** What a schema cannot see: roles and environments that there are not, and rules that would not do what they say. */
export function authFindings({ roles, bindings }: AuthConfiguration, environments: readonly string[]): Finding[] {
  const known = [...new Set([...builtInRoles, ...Object.keys(roles)])]
  return [
    ...builtInRoles.flatMap(role => (Object.hasOwn(roles, role) ? [builtIn(role)] : [])),
    ...Object.entries(roles).flatMap(([role, rules]) =>
      rules.flatMap((rule, index) =>
        ruleFindings(rule, environments).map(({ path, ...finding }) => ({
          ...finding,
          path: ['auth', 'roles', role, index, ...path],
        })),
      ),
    ),
    ...bindings.flatMap(({ role }, index) => {
      if (known.includes(role)) return []
      const message = `there is no role "${role}"${didYouMean(role, known)}; known are ${known.join(', ')}`
      return [{ path: ['auth', 'bindings', index, 'role'], message }]
    }),
  ]
}

function builtIn(role: string): Finding {
  return { path: ['auth', 'roles', role], atKey: true, message: `the role "${role}" is built in; choose another name` }
}

function ruleFindings(rule: RoleRule, environments: readonly string[]): Finding[] {
  const findings: Finding[] = []
  if (rule.allow === undefined && rule.deny === undefined)
    findings.push({ path: [], message: 'a rule must have "allow" or "deny"' })
  for (const [index, environment] of rule.environments.entries()) {
    if (environment === '*' || environments.includes(environment)) continue
    const has = environments.length === 0 ? 'no target has one' : `targets have ${environments.join(', ')}`
    const message = `there is no environment "${environment}"${didYouMean(environment, environments)}; ${has}`
    findings.push({ path: ['environments', index], message })
  }
  return [...findings, ...narrowFindings(rule, 'allow'), ...narrowFindings(rule, 'deny')]
}

/** Rights that are named in a rule that is too narrow to say anything about them. */
function narrowFindings(rule: RoleRule, effect: 'allow' | 'deny'): Finding[] {
  const somewhere = !rule.applications.includes('*') || !rule.environments.includes('*')
  const inEnvironments = !rule.environments.includes('*')
  return (rule[effect] ?? []).flatMap((right, index) => {
    const scope = Object.hasOwn(rightScopes, right) ? rightScopes[right as keyof typeof rightScopes] : null
    const path = [effect, index]
    if (scope === 'server' && somewhere)
      return [
        {
          path,
          message: `"${right}" is about the whole server; give it in a rule without applications and environments`,
        },
      ]
    if (scope === 'application' && effect === 'deny' && inEnvironments)
      return [{ path, message: `"${right}" does not hang on environments, so it cannot be denied in some of them` }]
    return []
  })
}
