import type { Role, Weights } from '../../pipeline/clusters.ts'
import type { Release } from '../../pipeline/release.ts'
import type { Difference } from './drift.ts'

/** One effect on a target. The target refuses a `fence` lower than the highest it has seen for the service. */
export interface Op {
  /** Same id, same effect: repeating an op that was done is a no-op. */
  id: string
  fence: number
  /** Milliseconds until the target returns traffic to stable by itself, unless `route` is called again. */
  lease?: number
  /** Only keeps the lease of weights that are in force; never changes them. */
  renews?: true
  /** Of `route`: of how many requests, percent, the canary gets a copy; absent: of none. */
  mirror?: number
  signal: AbortSignal
  progress(message: string): void
}

export interface DesiredCluster {
  role: Role
  release: Release
  instances: number
  /** The old release of the role ends before the new one starts: for versions that must not run side by side. */
  recreate?: true
  /** Nobody will go back to the old release of `stable`: a target that would have to start it for that need not. */
  keepOld?: false
}

export interface ClusterState {
  role: Role
  release: Release
  /** Instances wanted and instances that are healthy and can take traffic. */
  instances: number
  ready: number
}

export interface ServiceState {
  service: string
  clusters: ClusterState[]
  /** What the router does now, not what was asked for. Empty when the service has no stable cluster yet. */
  weights: Weights
  /** Of how many requests, percent, the canary gets a copy now; absent: of none. */
  mirror?: number
  fence: number
  /** Where clients reach the service; null when the target does not know. */
  url: string | null
  /** Where one healthy instance of a cluster is reached past the router, for checks; absent where the target does not know. */
  addresses?: Readonly<Partial<Record<Role, string>>>
}

/**
 * A named place to deploy to.
 *
 * - `current` tells what runs and where traffic goes. An unknown service is an error; a known one without any cluster
 *   has `clusters: []`.
 * - `apply` brings one cluster to the desired release and number of *healthy* instances and returns when it is there.
 *   When `stable` gets another release while it has no traffic, the old one becomes `previous` and stays warm; when a
 *   warm cluster already runs the wanted release, it is used instead of starting a new one. A cluster with traffic is
 *   replaced instance by instance, never below its capacity, unless it is to be recreated.
 * - `route` sets the weights and returns when the router uses them. Traffic to a role without a healthy instance is
 *   refused before anything changes.
 * - `remove` drains and ends a cluster; refused while it has traffic. Removing what is not there is a no-op.
 *
 * Errors are those of `activities/failures.ts`; each names the service, the reason and what to do.
 */
export interface Target {
  current(service: string): Promise<ServiceState>
  apply(service: string, desired: DesiredCluster, op: Op): Promise<ServiceState>
  route(service: string, weights: Weights, op: Op): Promise<void>
  remove(service: string, role: Role, op: Op): Promise<void>
  /** Where the target keeps releases of stable that nobody but it may know of: which they are, newest first. */
  kept?(service: string): Promise<Release[]>
  /** Where the router can give the canary copies of requests; refuses where it turns out that it cannot. */
  mirrors?(service: string): Promise<void>
  /** Where others can change what was applied: what is not as it was left. */
  drift?(service: string): Promise<Difference[]>
}
