import type { Weights } from '../../../../pipeline/clusters.ts'
import type { RouterConfiguration } from '../../../../pipeline/schema/configuration/kubernetes-target.ts'
import type { KubernetesApi } from '../api.ts'
import type { Place } from '../place.ts'
import type { Watches } from '../watch.ts'

/**
 * What splits the live traffic of one service between its clusters, each of which has a Service of its own.
 *
 * - `weights` is what it does now, in percent; empty when it leads to none of them.
 * - `route` writes the weights and returns when the router itself says that it does them. It refuses what is not its
 *   own to change, and a fence lower than the highest it has seen.
 */
export interface Router {
  weights(): Promise<Weights>
  route(weights: Weights, op: { fence: number; signal: AbortSignal; mirror?: number }): Promise<void>
  /** Only of those that can give the canary copies of requests. */
  mirroring?: Mirroring
}

export interface Traffic {
  weights: Weights
  /** Of how many requests, percent, the canary gets a copy. */
  mirror?: number | undefined
}

export interface Mirroring {
  /** Of how many requests, percent, the canary gets a copy now. */
  now(): Promise<number>
  /** Refuses where what does the routing says that it does not do this. */
  check(): Promise<void>
}

export interface RouterContext<T extends RouterConfiguration['type'] = RouterConfiguration['type']> {
  api: KubernetesApi
  /** Of the same server. */
  watches: Watches
  place: Place
  configuration: Extract<RouterConfiguration, { type: T }>
}

/** Milliseconds a control plane may take to say that it does what was written. */
export const acceptedWithin = 20_000

/** The header that chooses a cluster where `clusterHeader` allows it. */
export const clusterHeader = 'x-slipway-cluster'
