import type { Activities, Keep, Onward, Removal, RemovedRole, Room } from '../activities/requests.ts'
import type { ClusterState, ServiceState } from '../activities/targets/target.ts'
import type { Role, Weights } from '../pipeline/clusters.ts'
import type { Release } from '../pipeline/release.ts'
import { sameRelease } from '../pipeline/release.ts'
import type { Grant } from './world.ts'

export interface Shift {
  room: readonly Omit<Room, 'id'>[]
  /** What is in force until then. */
  keep: Keep | null
  weights: Weights
  lease?: number | null
  mirror?: number | undefined
}

/** Clusters that are ended side by side, then the last one, if there is one. */
export interface Ended {
  roles: readonly [Role, ...Role[]]
  last: Role | null
}

/** One stage's right to change one service. Every effect has an id of its own and the fence of the grant. */
export interface Writer {
  /** `mirrors`: refused where the router turns out not to copy requests. */
  current(need?: { mirrors?: true }): Promise<ServiceState>
  /** `keep`: the weights in force under a lease, renewed while it takes long. */
  apply(
    cluster: { role: Role; release: Release; instances: number | null; recreate?: true; keepOld?: false },
    keep?: Keep | null,
  ): Promise<ServiceState>
  /** Shuts out whatever an earlier change may still try to do. */
  route(weights: Weights, lease?: number | null, mirror?: number | undefined): Promise<ServiceState>
  /** Makes room, then routes, and so on with changes that follow at once: one activity, and one writer for all of it. */
  shift(change: Shift, ...further: readonly Shift[]): Promise<ServiceState>
  /**
   * The same, and ends clusters when all is changed: in one activity while it is quick, else in several, so that each change is
   * told soon after it is made. Answers whether they are gone; where they are not, they are yet to be removed.
   */
  replace(changes: readonly Shift[], ended: Ended): Promise<{ state: ServiceState; removed: boolean }>
  /** Ends clusters side by side, then the last one. */
  removeAll(ended: Ended): Promise<void>
  remove(role: Role): Promise<void>
  /** Renews the lease until canceled. */
  hold(keep: Keep): Promise<void>
  /** The id and the fence for somebody who renews what is routed now. */
  renewal(): { id: string; fence: number }
}

export function createWriter(
  activities: Activities,
  options: {
    grant: () => Grant
    /** A name that no other effect has. */
    id: (purpose: string) => string
    /** Milliseconds; see `Timings`. */
    tellAfter: number
    routed?: (traffic: Pick<ServiceState, 'weights' | 'mirror'>) => void
  },
): Writer {
  const { grant, id, tellAfter, routed = () => {} } = options

  const effect = (purpose: string) => {
    const { target, service, fence } = grant()
    return { target, service, id: id(purpose), fence }
  }

  const shutOut = () => {
    grant().fence += 1
  }

  const tell = (changes: readonly Shift[], state: ServiceState) => {
    for (const { weights, mirror } of changes.slice(0, -1)) routed({ weights, ...copied(mirror) })
    routed(state)
  }

  const removedRole = (role: Role): RemovedRole => ({ id: id(`remove-${role}`), role })

  const removalOf = ({ roles: [first, ...others], last }: Ended): Removal => ({
    roles: [removedRole(first), ...others.map(removedRole)],
    ...(last === null ? {} : { last: removedRole(last) }),
  })

  const onward = ({ room, keep, weights, lease = null, mirror }: Shift): Onward => {
    const rooms = room.map(one => ({ ...one, id: id(`apply-${one.role}`) }))
    return { id: id('route'), room: rooms, keep, weights, lease, ...copied(mirror) }
  }

  return {
    current: (need = {}) => activities.current({ target: grant().target, service: grant().service, ...need }),
    apply: (cluster, keep = null) => activities.apply({ ...effect(`apply-${cluster.role}`), ...cluster, keep }),
    async route(weights, lease = null, mirror) {
      shutOut()
      const state = await activities.route({ ...effect('route'), weights, lease, ...copied(mirror) })
      routed(state)
      return state
    },
    async shift(change, ...further) {
      shutOut()
      const first = onward(change)
      const { target, service, fence } = grant()
      const rest = further.length === 0 ? {} : { further: further.map(onward) }
      const state = await activities.shift({ target, service, fence, ...first, ...rest })
      tell([change, ...further], state)
      return state
    },
    async replace(changes, ended) {
      // The same effects each time: one that was under way is joined.
      const effects = changes.map(onward)
      const removal = removalOf(ended)
      for (let made = 0; ; ) {
        shutOut()
        const [first, ...further] = effects.slice(made)
        const { target, service, fence } = grant()
        const by = { target, service, fence, tellAfter, removal }
        const { left = 0, removed = false, ...state } = await activities.shift({ ...by, ...first!, further })
        tell(changes.slice(made, changes.length - left), state)
        if (left === 0) return { state, removed }
        made = changes.length - left
      }
    },
    removeAll(ended) {
      const { target, service, fence } = grant()
      const { roles, ...last } = removalOf(ended)
      const [first, ...also] = roles
      return activities.remove({ target, service, fence, ...first, also, ...last })
    },
    remove: role => activities.remove({ ...effect(`remove-${role}`), role }),
    hold: keep => activities.hold({ ...effect('hold'), keep }),
    renewal: () => ({ id: effect('renew').id, fence: grant().fence }),
  }
}

function copied(mirror: number | undefined): { mirror?: number } {
  return mirror === undefined ? {} : { mirror }
}

export function clusterOf(state: ServiceState, role: Role): ClusterState | null {
  return state.clusters.find(cluster => cluster.role === role) ?? null
}

/** The cluster that can take all traffic with this release; `stable` before others. */
export function runs(state: ServiceState, release: Release): ClusterState | null {
  const order: readonly Role[] = ['stable', 'previous', 'baseline', 'canary']
  const fitting = order.map(role => clusterOf(state, role))
  return fitting.find(cluster => cluster !== null && cluster.ready > 0 && sameRelease(cluster.release, release)) ?? null
}
