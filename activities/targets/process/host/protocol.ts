import type { Role, Weights } from '../../../../pipeline/clusters.ts'
import type { FailureKind } from '../../../failures.ts'
import type { ProcessIdentity } from '../../../processes/identity.ts'
import type { DesiredCluster, ServiceState } from '../../target.ts'

/** Grows when a client and a host of different versions would misunderstand each other. */
export const protocol = 1

/** How one service is run and served here: the server configuration, resolved. Durations are milliseconds. */
export interface ServiceSettings {
  /** Loopback port of the router; 0 takes a free one and keeps it. */
  port: number
  /** Absolute; releases run here and relative commands are looked up here. */
  directory: string
  health: string
  startTimeout: number
  drainTimeout: number
  /** From the request until the first byte of the response. */
  responseTimeout: number
  stickyCookie: string | null
  clusterHeader: boolean
}

export interface OpReference {
  id: string
  fence: number
  lease?: number
}

export interface ApplyRequest {
  settings: ServiceSettings
  desired: DesiredCluster
  op: OpReference
}

export interface RouteRequest {
  settings: ServiceSettings
  weights: Weights
  op: OpReference
}

export interface RemoveRequest {
  settings: ServiceSettings
  role: Role
  op: OpReference
}

/** `end` ends every instance too; `keep` leaves them running for the next host to adopt. */
export interface StopRequest {
  instances: 'end' | 'keep'
}

/** `ready` takes traffic. `unhealthy` runs, but its health check fails. `draining` finishes what it has. */
export const instanceStatuses = ['starting', 'ready', 'unhealthy', 'draining', 'ended'] as const

export type InstanceStatus = (typeof instanceStatuses)[number]

export interface InstanceReport {
  id: string
  role: Role
  version: string
  pid: number
  port: number
  status: InstanceStatus
  /** Requests and WebSockets it serves now. */
  inFlight: number
  /** Epoch milliseconds. */
  startedAt: number
  /** File with what it printed. */
  log: string
}

/** All the host knows of a service. */
export interface ServiceReport extends ServiceState {
  target: string
  /** When traffic returns to stable by itself, epoch milliseconds; null without a lease. */
  leaseUntil: number | null
  /** The last lease ran out and traffic was returned; null since `route` was called again. */
  lapsed: { at: number; weights: Weights } | null
  instances: InstanceReport[]
  /** What keeps it from being as wanted, in words; empty when all is well. */
  problems: string[]
}

export interface HostReport {
  protocol: number
  identity: ProcessIdentity
  startedAt: number
}

/** Which requests are counted: those the weights sent to one version in one role. */
export interface CountsQuery {
  target: string
  service: string
  role: Role
  version: string
  from: number
  to: number
}

/** Increases within a window. Null where it is answered means that nothing is known of that window. */
export interface Counts {
  /** Attempts with an answer or a failure; those the client gave up are in `abandoned` only. */
  requests: number
  failures: number
  /** Upper bounds of the latency buckets, milliseconds. */
  bounds: readonly number[]
  /** Requests by latency; one more entry than bounds (the overflow). */
  latencies: readonly number[]
  /** Requests the client gave up on, by how long it had waited. */
  abandoned: readonly number[]
}

export interface WireError {
  kind: FailureKind
  message: string
}

/** What a long call answers, one JSON document a line; the last one is `result` or `error`. */
export type Line<T> = { progress: string } | { result: T } | { error: WireError }
