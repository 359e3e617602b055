import { Refused, ReleaseFailed, Unavailable } from '../../../activities/failures.ts'
import type { ClusterState, Op, ServiceState, Target } from '../../../activities/targets/target.ts'
import type { Role, Weights } from '../../../pipeline/clusters.ts'
import type { Release } from '../../../pipeline/release.ts'
import { sameRelease } from '../../../pipeline/release.ts'

/** One effect as the target did it. */
export interface Done {
  verb: 'apply' | 'route' | 'remove'
  id: string
  what: string
}

/** A target in memory that keeps the rules of the port, and a book of what was done. */
export interface SimulatedTarget extends Target {
  readonly done: Done[]
  /** Ids that were asked for again, and did nothing. */
  readonly repeated: string[]
  state(service: string): ServiceState
  /** A stable version with all the traffic. */
  seed(service: string, release: Release, instances: number): void
  /** Releases that never become healthy. */
  readonly broken: Set<string>
  /** While it is set, every call fails with it. */
  down: string | null
  /** Fails calls for which it answers with a message. */
  fail(verb: Done['verb'], what: string): string | null
  /** Resolves when an apply may go on; for tests that want to interrupt it. */
  applying: (what: string, op: Op) => Promise<void>
}

interface Service {
  clusters: ClusterState[]
  weights: Weights
  mirror?: number
  fence: number
  /** Forgets the lease. */
  forget: () => void
}

/** What is done when a lease expires; answers with how to forget it. */
type Expiry = (milliseconds: number, expire: () => void) => () => void

/** Without `expiry` leases never end: they are for a Slipway that died. */
export function simulatedTarget(expiry: Expiry = () => () => {}): SimulatedTarget {
  const services = new Map<string, Service>()
  const seen = new Set<string>()

  const of = (name: string): Service => {
    const found = services.get(name) ?? { clusters: [], weights: {}, fence: 0, forget: () => {} }
    services.set(name, found)
    return found
  }
  const cluster = (service: Service, role: Role) => service.clusters.find(cluster => cluster.role === role)
  const view = (name: string): ServiceState => {
    const { clusters, weights, mirror, fence } = of(name)
    const copied = mirror === undefined ? {} : { mirror }
    return structuredClone({ service: name, clusters, weights, ...copied, fence, url: null })
  }

  /** Whether it still has to be done. */
  const begin = (verb: Done['verb'], name: string, what: string, op: Op): boolean => {
    if (target.down !== null) throw new Unavailable(target.down)
    const reason = target.fail(verb, what)
    if (reason !== null) throw new Refused(reason)
    const service = of(name)
    if (op.fence < service.fence) throw new Refused(`fence ${op.fence} is below ${service.fence}`)
    service.fence = op.fence
    if (!seen.has(op.id)) return true
    target.repeated.push(op.id)
    return false
  }
  const end = (verb: Done['verb'], what: string, op: Op) => {
    seen.add(op.id)
    target.done.push({ verb, id: op.id, what })
  }

  const target: SimulatedTarget = {
    done: [],
    repeated: [],
    broken: new Set(),
    down: null,
    fail: () => null,
    applying: async () => {},
    state: view,
    seed(name, release, instances) {
      of(name).clusters = [{ role: 'stable', release, instances, ready: instances }]
      of(name).weights = { stable: 100 }
    },
    async current(name) {
      if (target.down !== null) throw new Unavailable(target.down)
      return view(name)
    },
    async apply(name, { role, release, instances }, op) {
      const what = `${role} ${release.version} x${instances}`
      if (!begin('apply', name, what, op)) return view(name)
      await target.applying(what, op)
      if (op.signal.aborted) throw new Unavailable('interrupted')
      if (target.broken.has(release.version)) throw new ReleaseFailed(`${release.version} never became healthy`)
      const service = of(name)
      const present = cluster(service, role)
      const next: ClusterState = { role, release, instances, ready: instances }
      const others = service.clusters.filter(one => one.role !== role)
      if (role !== 'stable' || present === undefined || sameRelease(present.release, release)) {
        service.clusters = [...others, next]
      } else {
        const donor = others.find(one => one.role !== 'baseline' && sameRelease(one.release, release))
        const rest = others.filter(one => one !== donor && one.role !== 'previous')
        const free = donor !== undefined || (service.weights.stable ?? 0) === 0
        service.clusters = [...rest, next, ...(free ? [{ ...present, role: 'previous' as const }] : [])]
        if (donor !== undefined) {
          const moved = (service.weights.stable ?? 0) + (service.weights[donor.role] ?? 0)
          service.weights = { ...without(service.weights, donor.role), stable: moved }
        }
      }
      end('apply', what, op)
      return view(name)
    },
    async route(name, weights, op) {
      const what = op.mirror === undefined ? show(weights) : `${show(weights)}, copies of ${op.mirror}`
      if (!begin('route', name, what, op)) return
      const service = of(name)
      for (const [role, share] of Object.entries(weights))
        if (share > 0 && !((cluster(service, role as Role)?.ready ?? 0) > 0))
          throw new Refused(`${role} has no instance`)
      service.weights = Object.fromEntries(Object.entries(weights).filter(([, share]) => share > 0))
      if (!op.renews) delete service.mirror
      if (op.mirror !== undefined) service.mirror = op.mirror
      service.forget()
      if (op.lease !== undefined)
        service.forget = expiry(op.lease, () => {
          service.weights = { stable: 100 }
          delete service.mirror
        })
      end('route', what, op)
    },
    async remove(name, role, op) {
      if (!begin('remove', name, role, op)) return
      const service = of(name)
      if ((service.weights[role] ?? 0) > 0) throw new Refused(`${role} has traffic`)
      service.clusters = service.clusters.filter(one => one.role !== role)
      end('remove', role, op)
    },
  }
  return target
}

export function show(weights: Weights): string {
  return Object.entries(weights)
    .filter(([, share]) => share > 0)
    .map(([role, share]) => `${role} ${share}`)
    .join(', ')
}

function without(weights: Weights, role: Role): Weights {
  return Object.fromEntries(Object.entries(weights).filter(([name]) => name !== role))
}
