import { type Right, rightScopes, rights, rightsNamed } from '../../pipeline/permissions.ts'
import type { AuthConfiguration, RoleRule } from '../../pipeline/schema/configuration/auth.ts'

/** What a permission is asked for: the application of a run, and every environment that the run touches. */
export interface Place {
  application: string
  environments: readonly string[]
}

/** Which applications a list may show; `only` null means all, but for `except`. */
export interface Visible {
  only: readonly string[] | null
  except: readonly string[]
}

/** Whether something of an application is shown; what belongs to none only to those who see all. */
export function isVisibleIn({ only, except }: Visible): (application: string | null) => boolean {
  return application => {
    if (application === null) return only === null && except.length === 0
    return (only === null || only.includes(application)) && !except.includes(application)
  }
}

/** What somebody may do. Rules that deny win over those that allow; what no rule allows is not allowed. */
export interface Access {
  /** On all of the place: its application, and each of its environments. */
  can(right: Right, place: Place): boolean
  /** In every place there is or will be: nothing has to be looked up. */
  canEverywhere(right: Right): boolean
  /** In at least one place; with an environment, in at least one application there. */
  canSomewhere(right: Right, environment?: string): boolean
  visible(right: Right): Visible
  /** Whether a rule gives nothing that is not here: nobody hands on more than they have. */
  covers(rule: RoleRule): boolean
}

export interface Policy {
  /** `subjects` are all names under which somebody can be bound; `own` are rules that come with the identity. */
  accessOf(subjects: readonly string[], own?: readonly RoleRule[]): { access: Access; roles: string[] }
  /** What the roles of these subjects say. */
  rulesOf(subjects: readonly string[]): RoleRule[]
}

/** Roles and bindings of the configuration, made ready to be asked. */
export function createPolicy({ roles, bindings }: AuthConfiguration): Policy {
  const rulesOfRole = (role: string): readonly RoleRule[] => builtIn[role] ?? roles[role] ?? []
  const rolesOf = (subjects: readonly string[]) => {
    const known = new Set([...subjects, 'everyone'])
    return [...new Set(bindings.filter(({ to }) => to.some(subject => known.has(subject))).map(({ role }) => role))]
  }
  const rulesOf = (subjects: readonly string[]) => rolesOf(subjects).flatMap(rulesOfRole)
  return {
    rulesOf,
    accessOf: (subjects, own = []) => ({
      access: createAccess([...own, ...rulesOf(subjects)]),
      roles: rolesOf(subjects),
    }),
  }
}

const anywhere = { applications: ['*'], environments: ['*'] }

export const everything: RoleRule = { ...anywhere, allow: ['*'] }

const builtIn: Readonly<Record<string, readonly RoleRule[]>> = {
  administrator: [everything],
  reader: [{ ...anywhere, allow: rights.filter(right => right.endsWith(':read') && right !== 'audit:read') }],
}

/** One rule for one right; null stands for all. */
interface Clause {
  applications: ReadonlySet<string> | null
  environments: ReadonlySet<string> | null
}

export function createAccess(rules: readonly RoleRule[]): Access {
  const allowed = clausesByRight(rules, 'allow')
  const denied = clausesByRight(rules, 'deny')

  const isAllowed = (right: Right, application: string, environment: string | null) =>
    allowed[right].some(clause => covers(clause, application, environment ?? anyEnvironment)) &&
    !denied[right].some(clause => covers(clause, application, deniedAs(environment)))

  return {
    can(right, { application, environments }) {
      if (rightScopes[right] !== 'environment') return isAllowed(right, application, null)
      // A run that touches no environment is still somebody's: its application decides.
      if (environments.length === 0) return isAllowed(right, application, null)
      return environments.every(environment => isAllowed(right, application, environment))
    },
    canEverywhere(right) {
      const isWhole = ({ applications, environments }: Clause) => applications === null && environments === null
      return denied[right].length === 0 && allowed[right].some(isWhole)
    },
    canSomewhere(right, environment) {
      const here = (clause: Clause) =>
        environment === undefined || clause.environments === null || clause.environments.has(environment)
      return allowed[right].some(
        clause => here(clause) && !denied[right].some(denial => swallows(denial, clause, environment)),
      )
    },
    visible(right) {
      const granted = allowed[right]
      const only = granted.some(({ applications }) => applications === null)
        ? null
        : granted.flatMap(({ applications }) => [...(applications ?? [])])
      if (denied[right].some(({ applications }) => applications === null)) return { only: [], except: [] }
      return { only, except: denied[right].flatMap(({ applications }) => [...(applications ?? [])]) }
    },
    covers(rule) {
      const given = clausesByRight([rule], 'allow')
      return rights.every(right =>
        given[right]
          .flatMap(singly)
          .every(
            one =>
              allowed[right].some(
                clause => holds(clause.applications, one.applications) && holds(clause.environments, one.environments),
              ) &&
              !denied[right].some(
                clause => meets(clause.applications, one.applications) && meets(clause.environments, one.environments),
              ),
          ),
      )
    },
  }
}

/** Stands for the environment of a target that is no longer configured: every denial could mean it. */
export const unknownEnvironment = '?'
const anyEnvironment = '*'
const noEnvironment = ''

function deniedAs(environment: string | null): string {
  if (environment === null) return noEnvironment
  return environment === unknownEnvironment ? anyEnvironment : environment
}

function covers({ applications, environments }: Clause, application: string, environment: string): boolean {
  if (applications !== null && !applications.has(application)) return false
  return environments === null || environment === anyEnvironment || environments.has(environment)
}

/** Whether nothing is left of a grant beside a denial. */
function swallows(denial: Clause, grant: Clause, environment: string | undefined): boolean {
  const inside = (some: ReadonlySet<string> | null, all: ReadonlySet<string> | null) =>
    all === null || (some !== null && [...some].every(one => all.has(one)))
  const there = environment === undefined ? grant.environments : new Set([environment])
  return inside(grant.applications, denial.applications) && inside(there, denial.environments)
}

interface Single {
  applications: string | null
  environments: string | null
}

function singly({ applications, environments }: Clause): Single[] {
  const each = (names: ReadonlySet<string> | null) => (names === null ? [null] : [...names])
  return each(applications).flatMap(application =>
    each(environments).map(environment => ({ applications: application, environments: environment })),
  )
}

function holds(all: ReadonlySet<string> | null, one: string | null): boolean {
  return all === null || (one !== null && all.has(one))
}

function meets(some: ReadonlySet<string> | null, one: string | null): boolean {
  return some === null || one === null || some.has(one)
}

function clausesByRight(rules: readonly RoleRule[], effect: 'allow' | 'deny'): Record<Right, Clause[]> {
  const clauses = Object.fromEntries(rights.map(right => [right, [] as Clause[]])) as Record<Right, Clause[]>
  for (const rule of rules)
    for (const right of new Set((rule[effect] ?? []).flatMap(rightsNamed)))
      if (saysSomethingAbout(rule, right, effect)) clauses[right].push(clauseOf(rule, right))
  return clauses
}

/**
 * A rule that is narrowed says nothing about what does not hang on it: `allow: *` in one application does not give the
 * audit log, and `deny: execution:*` in one environment does not take reading.
 */
function saysSomethingAbout({ applications, environments }: RoleRule, right: Right, effect: 'allow' | 'deny'): boolean {
  const scope = rightScopes[right]
  if (scope === 'server') return applications.includes('*') && environments.includes('*')
  return scope === 'environment' || effect === 'allow' || environments.includes('*')
}

function clauseOf({ applications, environments }: RoleRule, right: Right): Clause {
  const narrowed = rightScopes[right] === 'environment' && !environments.includes('*')
  return {
    applications: applications.includes('*') ? null : new Set(applications),
    environments: narrowed ? new Set(environments) : null,
  }
}
