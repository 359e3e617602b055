import type { Role } from '../../../../pipeline/clusters.ts'
import { NotFound, Refused, Unavailable } from '../../../failures.ts'
import { untilTrue } from '../endpoints.ts'
import { edit, fenced, type KubernetesObject } from '../objects.ts'
import { pathOf, serviceOf } from '../place.ts'
import { checkGateways, type ParentRef } from './gateways.ts'
import {
  acceptedWithin,
  clusterHeader,
  type Mirroring,
  type Router,
  type RouterContext,
  type Traffic,
} from './router.ts'
import { agreed, roleOfService, sharesOf, weightsOf } from './shares.ts'
import { cookiePattern, isSticky, type StickyCookies, setCookie, stickyCookies } from './sticky.ts'

interface BackendRef {
  name: string
  kind?: string
  namespace?: string
  port?: number
  weight?: number
  filters?: Filter[]
}

interface Filter {
  type: string
  responseHeaderModifier?: { add?: { name: string; value: string }[] }
  requestMirror?: RequestMirror
}

interface RequestMirror {
  backendRef: BackendRef
  percent?: number
  fraction?: { numerator: number; denominator?: number }
}

interface Match {
  headers?: { type?: string; name: string; value: string }[]
}

interface Rule {
  matches?: Match[]
  filters?: Filter[]
  backendRefs?: BackendRef[]
}

interface Condition {
  type: string
  status: string
  reason?: string
  message?: string
  observedGeneration?: number
}

interface HttpRoute extends KubernetesObject {
  spec: { parentRefs?: ParentRef[]; rules?: Rule[] }
  status?: { parents?: { controllerName?: string; conditions?: Condition[] }[] }
}

/** Weights of an HTTPRoute of the Gateway API: the user's own, of which only the backends of its rules are changed. */
export function gatewayApiRouter({ api, watches, place, configuration }: RouterContext<'gateway-api'>): Router {
  const name = configuration.route
  const called = `HTTPRoute ${name}`

  const roleOf = ({ name: service, kind = 'Service', namespace = place.namespace }: BackendRef) =>
    kind === 'Service' && namespace === place.namespace ? roleOfService(place, service) : undefined

  const isOurs = (rule: Rule) => (rule.backendRefs ?? []).some(ref => roleOf(ref) !== undefined)

  function check(route: HttpRoute | null): HttpRoute {
    if (route === null)
      throw new NotFound(`${place.name}: there is no ${called} in namespace ${place.namespace}; apply its manifest`)
    const rules = (route.spec.rules ?? []).filter(isOurs)
    if (rules.length === 0)
      throw new Refused(`${place.name}: no rule of ${called} leads to Service ${place.stableService}; add one`)
    if (rules.some(rule => rule.backendRefs!.some(ref => roleOf(ref) === undefined)))
      throw new Refused(
        `${place.name}: a rule of ${called} leads to Service ${place.stableService} and to others; give it a rule of its own`,
      )
    return route
  }

  const isOurCopy = ({ requestMirror }: Filter) =>
    requestMirror !== undefined && roleOf(requestMirror.backendRef) !== undefined

  function withoutCopies({ filters = [], ...rule }: Rule): Rule {
    const others = filters.filter(filter => !isOurCopy(filter))
    return others.length === 0 ? rule : { ...rule, filters: others }
  }

  function withCopies(rule: Rule, { weight: _, filters: __, ...like }: BackendRef, mirror: number): Rule {
    const backendRef = { ...like, name: serviceOf(place, 'canary') }
    const filter: Filter = { type: 'RequestMirror', requestMirror: { backendRef, ...partOf(mirror) } }
    return { ...rule, filters: [...(rule.filters ?? []), filter] }
  }

  function change(route: HttpRoute, { weights, mirror = 0 }: Traffic, cookies: StickyCookies): HttpRoute {
    const rules = (route.spec.rules ?? []).filter(rule => !(isOurs(rule) && (isByHeader(rule) || isByCookie(rule))))
    route.spec.rules = rules.flatMap(found => {
      if (!isOurs(found)) return [found]
      const rule = withoutCopies(found)
      const like = withoutCookie(rule.backendRefs![0]!)
      const refTo = (role: Role, weight: number) => ({ ...like, name: serviceOf(place, role), weight })
      const shares = sharesOf(weights)
      const split = shares.length > 1
      const cookieOf = (role: Role) => (split ? cookies.get(role) : undefined)
      const backendRefs = shares.map(({ role, share }) => withCookie(refTo(role, share), cookieOf(role)))
      const headers = place.settings.clusterHeader && split ? shares : []
      return [
        ...headers.map(({ role }) => chosen(rule, { name: clusterHeader, value: role }, refTo(role, 1))),
        ...shares.flatMap(({ role }) => byCookie(rule, cookieOf(role), refTo(role, 1))),
        { ...(mirror > 0 ? withCopies(rule, like, mirror) : rule), backendRefs },
      ]
    })
    return route
  }

  const read = async () => check(await api.get<HttpRoute>(pathOf(place, 'httproutes', name)))
  const weighted = ({ spec }: HttpRoute) =>
    spec.rules!.filter(rule => isOurs(rule) && !isByHeader(rule) && !isByCookie(rule))

  const mirroring: Mirroring = {
    async now() {
      const copies = weighted(await read()).map(({ filters = [] }) => filters.find(isOurCopy)?.requestMirror)
      return Math.max(0, ...copies.map(percentOf))
    },
    check: async () => checkGateways({ api, place, called }, (await read()).spec.parentRefs ?? []),
  }

  return {
    async weights() {
      const found = weighted(await read()).map(({ backendRefs }) =>
        weightsOf(backendRefs!.map(ref => ({ role: roleOf(ref)!, share: ref.weight ?? 1 }))),
      )
      return agreed(place, called, found)
    },
    ...(configuration.mirror ? { mirroring } : {}),
    async route(weights, { fence, signal, mirror }) {
      const cookies = await stickyCookies({ api, place })
      const written = await edit<HttpRoute>(api, place, { kind: 'httproutes', name, signal }, found =>
        fenced(place, change(check(found), { weights, mirror }, cookies), fence),
      )
      const generation = written!.metadata!.generation!
      let seen = written!
      const accepted = async () => {
        if (isAccepted(seen, generation)) return true
        seen = check(await api.get<HttpRoute>(pathOf(place, 'httproutes', name), signal))
        return isAccepted(seen, generation)
      }
      const changes = watches.changes(pathOf(place, 'httproutes'), one => one === name)
      if (!(await untilTrue(accepted, { within: acceptedWithin, signal, changes })))
        throw new Unavailable(
          `${place.name}: the Gateway does not do what ${called} says: ${objection(seen, generation)}`,
        )
    },
  }
}

function partOf(percent: number): Pick<RequestMirror, 'percent' | 'fraction'> {
  if (Number.isInteger(percent)) return { percent }
  return { fraction: { numerator: Math.round(percent * 100), denominator: 10_000 } }
}

function percentOf(copy: RequestMirror | undefined): number {
  if (copy === undefined) return 0
  if (copy.fraction === undefined) return copy.percent ?? 100
  const { numerator, denominator = 100 } = copy.fraction
  return Math.round((numerator / denominator) * 1e6) / 1e4
}

function isByHeader({ matches = [] }: Rule): boolean {
  return matches.length > 0 && matches.every(match => match.headers?.some(({ name }) => name === clusterHeader))
}

function isByCookie({ matches = [] }: Rule): boolean {
  return matches.length > 0 && matches.every(match => match.headers?.some(({ value }) => isSticky(value)))
}

function byCookie(rule: Rule, cookie: string | undefined, backend: BackendRef): Rule[] {
  if (cookie === undefined) return []
  return [chosen(rule, { type: 'RegularExpression', name: 'Cookie', value: cookiePattern(cookie) }, backend)]
}

function withCookie(backend: BackendRef, cookie: string | undefined): BackendRef {
  if (cookie === undefined) return backend
  const add = [{ name: 'Set-Cookie', value: setCookie(cookie) }]
  const filter = { type: 'ResponseHeaderModifier', responseHeaderModifier: { add } }
  return { ...backend, filters: [...(backend.filters ?? []), filter] }
}

function withoutCookie({ filters, ...backend }: BackendRef): BackendRef {
  const others = (filters ?? []).filter(
    ({ responseHeaderModifier }) => !responseHeaderModifier?.add?.some(({ value }) => isSticky(value)),
  )
  return others.length === 0 ? backend : { ...backend, filters: others }
}

function chosen(rule: Rule, one: { type?: string; name: string; value: string }, backend: BackendRef): Rule {
  const header = { type: 'Exact', ...one }
  const matches = (rule.matches ?? [{}]).map(match => ({ ...match, headers: [...(match.headers ?? []), header] }))
  return { ...rule, matches, backendRefs: [backend] }
}

/** Every Gateway the route hangs on has seen this very version of it, and takes it. */
function isAccepted(route: HttpRoute, generation: number): boolean {
  const parents = route.status?.parents ?? []
  const has = (conditions: readonly Condition[], type: string) =>
    conditions.some(one => one.type === type && one.status === 'True' && (one.observedGeneration ?? 0) >= generation)
  return (
    parents.length > 0 &&
    parents.every(({ conditions = [] }) => has(conditions, 'Accepted') && has(conditions, 'ResolvedRefs'))
  )
}

function objection(route: HttpRoute, generation: number): string {
  const conditions = (route.status?.parents ?? []).flatMap(parent => parent.conditions ?? [])
  const against = conditions.find(({ status }) => status === 'False')
  if (against) return `${against.type} is false (${against.reason}: ${against.message})`
  const newest = Math.max(0, ...conditions.map(({ observedGeneration }) => observedGeneration ?? 0))
  return `it has seen generation ${newest} of ${generation}; is its controller running?`
}
