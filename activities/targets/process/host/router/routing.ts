import type { IncomingMessage } from 'node:http'
import { type Role, roles, type Weights } from '../../../../../pipeline/clusters.ts'
import type { Backends } from './backends.ts'
import { WeightedChoice } from './choice.ts'
import { clusterHeader, cookieOf } from './headers.ts'
import type { Way } from './recorder.ts'

export interface RoutingSettings {
  stickyCookie: string | null
  clusterHeader: boolean
}

export interface Route {
  role: Role
  way: Way
  /** Names the cluster to the client for its next requests; null when cookies are off or it has one already. */
  cookie: string | null
}

/** Why a request goes nowhere. */
export interface Refusal {
  status: 400 | 503
  reason: string
}

/** Which cluster each request goes to. */
export class Routing {
  #weights: Weights = {}
  readonly #choice = new WeightedChoice<Role>()
  readonly #backends: Backends
  readonly #settings: () => RoutingSettings

  constructor(backends: Backends, settings: () => RoutingSettings) {
    this.#backends = backends
    this.#settings = settings
  }

  set(weights: Weights): void {
    this.#weights = weights
    this.#choice.set(weights)
  }

  /** Takes the cluster header off a request that may not use it. */
  route(request: IncomingMessage): Route | Refusal {
    const { stickyCookie, clusterHeader: allowed } = this.#settings()
    const named = request.headers[clusterHeader]
    if (named !== undefined && allowed) return this.#forced(String(named))
    if (named !== undefined) delete request.headers[clusterHeader]
    const kept = stickyCookie === null ? null : this.#kept(request, stickyCookie)
    if (kept) return kept
    const role = this.#choice.next()
    if (role === null) return { status: 503, reason: 'nothing is deployed yet' }
    return { role, way: 'weighted', cookie: stickyCookie === null ? null : this.#backends.keyOf(role) }
  }

  #forced(name: string): Route | Refusal {
    const role = roles.find(known => known === name)
    if (role) return { role, way: 'header', cookie: null }
    return { status: 400, reason: `${clusterHeader}: there is no cluster "${name}" (there are: ${roles.join(', ')})` }
  }

  /** A cookie holds only while its cluster has traffic: at weight 0 everyone leaves. */
  #kept(request: IncomingMessage, cookie: string): Route | null {
    const key = cookieOf(request, cookie)
    const role = key === null ? null : this.#backends.roleOf(key)
    if (role === null || !((this.#weights[role] ?? 0) > 0) || this.#backends.ready(role).length === 0) return null
    return { role, way: 'cookie', cookie: null }
  }
}
