import type { Role, Weights } from '../../../../pipeline/clusters.ts'
import { NotFound, Refused, Unavailable } from '../../../failures.ts'
import { untilTrue } from '../endpoints.ts'
import { edit, fenced, type KubernetesObject } from '../objects.ts'
import { pathOf, serviceOf } from '../place.ts'
import { acceptedWithin, clusterHeader, type Router, type RouterContext } from './router.ts'
import { agreed, roleOfService, sharesOf, weightsOf } from './shares.ts'

interface Destination {
  destination: { host: string; subset?: string; port?: unknown }
  weight?: number
}

interface HttpRule {
  match?: { headers?: Record<string, { exact?: string }> }[]
  route?: Destination[]
}

interface VirtualService extends KubernetesObject {
  spec: { http?: HttpRule[] }
  status?: {
    observedGeneration?: number | string
    conditions?: { type: string; status: string; message?: string }[]
    validationMessages?: { level?: string; type?: { name?: string } }[]
  }
}

/**
 * Weights of an Istio VirtualService: the user's own, of which only the destinations of its rules are changed. Istio
 * tells what it makes of it only where status is switched on; elsewhere what was written is read back.
 */
export function istioRouter({ api, place, configuration }: RouterContext<'istio'>): Router {
  const name = configuration.virtualService
  const called = `VirtualService ${name}`
  const path = pathOf(place, 'virtualservices', name)

  const roleOf = ({ destination }: Destination): Role | undefined => {
    const [service = '', namespace = place.namespace] = destination.host.split('.')
    return namespace === place.namespace ? roleOfService(place, service) : undefined
  }

  const isOurs = (rule: HttpRule) => (rule.route ?? []).some(to => roleOf(to) !== undefined)

  function check(found: VirtualService | null): VirtualService {
    if (found === null)
      throw new NotFound(`${place.name}: there is no ${called} in namespace ${place.namespace}; apply its manifest`)
    const rules = (found.spec.http ?? []).filter(isOurs)
    if (rules.length === 0)
      throw new Refused(`${place.name}: no http rule of ${called} leads to Service ${place.stableService}; add one`)
    if (rules.some(rule => rule.route!.some(to => roleOf(to) === undefined)))
      throw new Refused(
        `${place.name}: a rule of ${called} leads to Service ${place.stableService} and to others; give it a rule of its own`,
      )
    return found
  }

  function change(found: VirtualService, weights: Weights): VirtualService {
    const rules = (found.spec.http ?? []).filter(rule => !(isOurs(rule) && isByHeader(rule)))
    found.spec.http = rules.flatMap(rule => {
      if (!isOurs(rule)) return [rule]
      const like = rule.route![0]!
      const to = (role: Role, weight: number): Destination => ({
        ...like,
        destination: { ...like.destination, host: hostOf(like.destination.host, serviceOf(place, role)) },
        weight,
      })
      const shares = sharesOf(weights)
      const weighted = { ...rule, route: shares.map(({ role, share }) => to(role, share)) }
      if (!place.settings.clusterHeader || shares.length < 2) return [weighted]
      return [...shares.map(({ role }) => byHeader(rule, role, to(role, 100))), weighted]
    })
    return found
  }

  return {
    async weights() {
      const found = check(await api.get<VirtualService>(path))
      const rules = found.spec.http!.filter(rule => isOurs(rule) && !isByHeader(rule))
      const each = rules.map(({ route }) =>
        weightsOf(route!.map(to => ({ role: roleOf(to)!, share: to.weight ?? (route!.length === 1 ? 100 : 0) }))),
      )
      return agreed(place, called, each)
    },
    async route(weights, { fence, signal }) {
      const written = await edit<VirtualService>(api, place, { kind: 'virtualservices', name, signal }, found =>
        fenced(place, change(check(found), weights), fence),
      )
      const generation = written!.metadata!.generation!
      let seen = written!
      const accepted = async () => {
        seen = check(await api.get<VirtualService>(path, signal))
        const { observedGeneration } = seen.status ?? {}
        return observedGeneration === undefined || Number(observedGeneration) >= generation
      }
      const inTime = await untilTrue(accepted, { within: acceptedWithin, signal })
      const objection = objectionOf(seen)
      if (inTime && objection === null) return
      throw new Unavailable(
        `${place.name}: Istio does not do what ${called} says: ${objection ?? `it has not seen generation ${generation}; is istiod running?`}`,
      )
    },
  }
}

function hostOf(host: string, service: string): string {
  const dot = host.indexOf('.')
  return dot < 0 ? service : `${service}${host.slice(dot)}`
}

function isByHeader({ match = [] }: HttpRule): boolean {
  return match.length > 0 && match.every(({ headers }) => headers !== undefined && clusterHeader in headers)
}

function byHeader(rule: HttpRule, role: Role, to: Destination): HttpRule {
  const match = (rule.match ?? [{}]).map(one => ({
    ...one,
    headers: { ...one.headers, [clusterHeader]: { exact: role } },
  }))
  return { ...rule, match, route: [to] }
}

function objectionOf({ status }: VirtualService): string | null {
  const refused = status?.conditions?.find(({ type, status: is }) => type === 'Reconciled' && is === 'False')
  if (refused) return refused.message ?? 'it is not reconciled'
  const error = status?.validationMessages?.find(({ level }) => level === 'ERROR')
  return error ? `it is not valid (${error.type?.name ?? 'unknown reason'})` : null
}
