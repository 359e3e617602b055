import type { Role, Weights } from '../../../../pipeline/clusters.ts'
import { NotFound, Refused, Unavailable } from '../../../failures.ts'
import { untilTrue } from '../endpoints.ts'
import { edit, fenced, type KubernetesObject } from '../objects.ts'
import { pathOf, serviceOf } from '../place.ts'
import { acceptedWithin, clusterHeader, type Router, type RouterContext } from './router.ts'
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
}

interface Match {
  headers?: { type?: string; name: string; value: string }[]
}

interface Rule {
  matches?: Match[]
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
  spec: { parentRefs?: unknown[]; rules?: Rule[] }
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

  function change(route: HttpRoute, weights: Weights, cookies: StickyCookies): HttpRoute {
    const rules = (route.spec.rules ?? []).filter(rule => !(isOurs(rule) && (isByHeader(rule) || isByCookie(rule))))
    route.spec.rules = rules.flatMap(rule => {
      if (!isOurs(rule)) return [rule]
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
        { ...rule, backendRefs },
      ]
    })
    return route
  }

  return {
    async weights() {
      const route = check(await api.get<HttpRoute>(pathOf(place, 'httproutes', name)))
      const rules = route.spec.rules!.filter(rule => isOurs(rule) && !isByHeader(rule) && !isByCookie(rule))
      const found = rules.map(({ backendRefs }) =>
        weightsOf(backendRefs!.map(ref => ({ role: roleOf(ref)!, share: ref.weight ?? 1 }))),
      )
      return agreed(place, called, found)
    },
    async route(weights, { fence, signal }) {
      const cookies = await stickyCookies({ api, place })
      const written = await edit<HttpRoute>(api, place, { kind: 'httproutes', name, signal }, found =>
        fenced(place, change(check(found), weights, cookies), fence),
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
