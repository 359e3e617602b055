import type { Role } from '../../../../pipeline/clusters.ts'
import { NotFound, Refused, Unavailable } from '../../../failures.ts'
import { untilTrue } from '../endpoints.ts'
import { edit, fenced, type KubernetesObject } from '../objects.ts'
import { pathOf, serviceOf } from '../place.ts'
import { acceptedWithin, clusterHeader, type Router, type RouterContext, type Traffic } from './router.ts'
import { agreed, roleOfService, sharesOf, weightsOf } from './shares.ts'
import { cookiePattern, isSticky, type StickyCookies, setCookie, stickyCookies } from './sticky.ts'

interface Destination {
  destination: { host: string; subset?: string; port?: unknown }
  weight?: number
  headers?: { response?: { add?: Record<string, string> } }
}

interface HttpMatch {
  headers?: Record<string, { exact?: string; regex?: string }>
}

interface HttpRule {
  match?: HttpMatch[]
  route?: Destination[]
  mirror?: Destination['destination']
  mirrorPercentage?: { value: number }
  mirrors?: unknown[]
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
export function istioRouter({ api, watches, place, configuration }: RouterContext<'istio'>): Router {
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

  const isOurCopy = ({ mirror }: HttpRule) => mirror !== undefined && roleOf({ destination: mirror }) !== undefined

  function withoutCopies(rule: HttpRule): HttpRule {
    if (!isOurCopy(rule)) return rule
    const { mirror: _, mirrorPercentage: __, ...others } = rule
    return others
  }

  function withCopies(rule: HttpRule, { destination: to }: Destination, value: number): HttpRule {
    if (rule.mirror !== undefined || (rule.mirrors ?? []).length > 0)
      throw new Refused(`${place.name}: a rule of ${called} copies requests to somebody else; it cannot to two`)
    const mirror = { ...to, host: hostOf(to.host, serviceOf(place, 'canary')) }
    return { ...rule, mirror, mirrorPercentage: { value } }
  }

  function change(found: VirtualService, { weights, mirror = 0 }: Traffic, cookies: StickyCookies): VirtualService {
    const rules = (found.spec.http ?? []).filter(rule => !(isOurs(rule) && (isByHeader(rule) || isByCookie(rule))))
    found.spec.http = rules.flatMap(one => {
      if (!isOurs(one)) return [one]
      const rule = withoutCopies(one)
      const like = withoutCookie(rule.route![0]!)
      const to = (role: Role, weight: number): Destination => ({
        ...like,
        destination: { ...like.destination, host: hostOf(like.destination.host, serviceOf(place, role)) },
        weight,
      })
      const shares = sharesOf(weights)
      const split = shares.length > 1
      const cookieOf = (role: Role) => (split ? cookies.get(role) : undefined)
      const headers = place.settings.clusterHeader && split ? shares : []
      return [
        ...headers.map(({ role }) => chosen(rule, { [clusterHeader]: { exact: role } }, to(role, 100))),
        ...shares.flatMap(({ role }) => byCookie(rule, cookieOf(role), to(role, 100))),
        {
          ...(mirror > 0 ? withCopies(rule, like, mirror) : rule),
          route: shares.map(({ role, share }) => withCookie(to(role, share), cookieOf(role))),
        },
      ]
    })
    return found
  }

  const weighted = async () => {
    const { spec } = check(await api.get<VirtualService>(path))
    return spec.http!.filter(rule => isOurs(rule) && !isByHeader(rule) && !isByCookie(rule))
  }

  return {
    async weights() {
      const each = (await weighted()).map(({ route }) =>
        weightsOf(route!.map(to => ({ role: roleOf(to)!, share: to.weight ?? (route!.length === 1 ? 100 : 0) }))),
      )
      return agreed(place, called, each)
    },
    mirroring: {
      async now() {
        const rules = await weighted()
        return Math.max(0, ...rules.map(rule => (isOurCopy(rule) ? (rule.mirrorPercentage?.value ?? 100) : 0)))
      },
      async check() {},
    },
    async route(weights, { fence, signal, mirror }) {
      const cookies = await stickyCookies({ api, place })
      const written = await edit<VirtualService>(api, place, { kind: 'virtualservices', name, signal }, found =>
        fenced(place, change(check(found), { weights, mirror }, cookies), fence),
      )
      const generation = written!.metadata!.generation!
      let seen = written!
      const accepted = async () => {
        seen = check(await api.get<VirtualService>(path, signal))
        const { observedGeneration } = seen.status ?? {}
        return observedGeneration === undefined || Number(observedGeneration) >= generation
      }
      const changes = watches.changes(pathOf(place, 'virtualservices'), one => one === name)
      const inTime = await untilTrue(accepted, { within: acceptedWithin, signal, changes })
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

function isByCookie({ match = [] }: HttpRule): boolean {
  return match.length > 0 && match.every(({ headers }) => isSticky(headers?.cookie?.regex))
}

function byCookie(rule: HttpRule, cookie: string | undefined, to: Destination): HttpRule[] {
  return cookie === undefined ? [] : [chosen(rule, { cookie: { regex: cookiePattern(cookie) } }, to)]
}

function withCookie(to: Destination, cookie: string | undefined): Destination {
  if (cookie === undefined) return to
  const { response } = to.headers ?? {}
  return {
    ...to,
    headers: { ...to.headers, response: { ...response, add: { ...response?.add, 'set-cookie': setCookie(cookie) } } },
  }
}

function withoutCookie(to: Destination): Destination {
  const { 'set-cookie': set, ...others } = to.headers?.response?.add ?? {}
  if (!isSticky(set)) return to
  const { response, ...headers } = to.headers!
  const { add: _, ...rest } = response!
  const kept = Object.keys(others).length === 0 ? rest : { ...rest, add: others }
  return { ...to, headers: { ...headers, ...(Object.keys(kept).length === 0 ? {} : { response: kept }) } }
}

function chosen(rule: HttpRule, header: NonNullable<HttpMatch['headers']>, to: Destination): HttpRule {
  const match = (rule.match ?? [{}]).map(one => ({ ...one, headers: { ...one.headers, ...header } }))
  return { ...rule, match, route: [to] }
}

function objectionOf({ status }: VirtualService): string | null {
  const refused = status?.conditions?.find(({ type, status: is }) => type === 'Reconciled' && is === 'False')
  if (refused) return refused.message ?? 'it is not reconciled'
  const error = status?.validationMessages?.find(({ level }) => level === 'ERROR')
  return error ? `it is not valid (${error.type?.name ?? 'unknown reason'})` : null
}
