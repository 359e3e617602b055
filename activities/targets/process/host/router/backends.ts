import type { Agent } from 'node:http'
import type { Role } from '../../../../../pipeline/clusters.ts'

/** One instance, as the router sees it. */
export interface Backend {
  readonly id: string
  readonly version: string
  readonly port: number
  /** Keeps connections to it open between requests. */
  readonly agent: Agent
  /** A request begins; the function it gives back says that it is over. `cut` ends it when draining took too long. */
  take(cut: () => void): () => void
  /** A connection could not be made: ask for its health now. */
  suspect(): void
}

/** The instances of one service; asked anew for every attempt. */
export interface Backends {
  /** Take traffic now. */
  ready(role: Role): readonly Backend[]
  /** Run, but do not pass their health check: better than nothing at all. */
  unhealthy(role: Role): readonly Backend[]
  /** What runs, or should run, as this role; null when the service has no such cluster. */
  version(role: Role): string | null
  /** The role of the cluster with this key; null when there is none any more. */
  roleOf(key: string): Role | null
  /** Names a cluster in a cookie; stays the same when the cluster gets another role. */
  keyOf(role: Role): string | null
}
