import type { Right } from '../../pipeline/permissions.ts'
import { scopeOf } from '../contract/permissions.ts'
import type { Route } from '../contract/routes.ts'
import { Refusal } from '../http/refusal.ts'
import type { Place } from './policy.ts'
import { isAllowed, type Principal } from './principal.ts'
import type { Resources } from './resources.ts'

/** Refuses what can never be allowed to this principal, before anything is looked up. */
export function refuseForbidden(principal: Principal, { permission }: Route): void {
  if (!isAllowed(principal, permission)) throw forbidden(principal, permission)
}

/**
 * Holds a request about one run or one pipeline to the application and environments that it belongs to, as stored. What
 * may not be seen is answered like what is not there. Lists and streams filter what they show by themselves.
 */
export async function refuseForeign(
  principal: Principal,
  route: Route,
  params: Readonly<Record<string, unknown>>,
  resources: Resources,
): Promise<void> {
  const about = subjectOf(route, params)
  if (about === null || scopeOf(route.permission) === 'server') return
  const right = route.permission as Right
  const { access } = principal
  const reading: Right = about.kind === 'execution' ? 'execution:read' : 'pipeline:read'
  if (access.canEverywhere(right)) return
  const place = await resources[about.kind](about.name)
  if (place === null) {
    // The same start again is answered as before, even when its pipeline has been removed in the meantime.
    if (about.kind === 'pipeline') return
    throw missing(about)
  }
  if (access.can(right, place)) return
  if (!access.can(reading, place)) throw missing(about)
  throw forbidden(principal, right, place)
}

export interface Subject {
  kind: 'execution' | 'pipeline'
  name: string
}

/** What a path is about: everything below `/executions/{id}` is about that run, below `/pipelines/{name}` that pipeline. */
export function subjectOf({ path }: Route, params: Readonly<Record<string, unknown>>): Subject | null {
  if (path.startsWith('/api/v1/executions/{id}')) return { kind: 'execution', name: String(params.id) }
  if (path.startsWith('/api/v1/pipelines/{name}')) return { kind: 'pipeline', name: String(params.name) }
  return null
}

/** In the very words of a handler that finds nothing. */
export function missing({ kind, name }: Subject): Refusal {
  if (kind === 'execution') return new Refusal('not-found', `there is no execution ${name}`)
  return new Refusal('not-found', `there is no pipeline ${name}; see GET /api/v1/pipelines`)
}

function forbidden(principal: Principal, permission: string, place?: Place): Refusal {
  const where = place === undefined ? '' : ` in ${[place.application, ...place.environments].join(', ')}`
  return new Refusal('forbidden', `${principal.name} lacks the permission ${permission}${where}`)
}
