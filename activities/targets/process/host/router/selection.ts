import type { Role } from '../../../../../pipeline/clusters.ts'
import type { Backend, Backends } from './backends.ts'

export interface Selected {
  role: Role
  backend: Backend
}

/**
 * Where a request goes that its own cluster cannot take: to the old version, wherever that still runs. Never to a new
 * version that is being judged, whose exposure only its weight may raise.
 */
const fallbacks = ['stable', 'baseline', 'previous'] as const satisfies readonly Role[]

/** Finds an instance for an attempt: of the wanted cluster in turn, then of a fallback, then one that is unhealthy. */
export class Selection {
  readonly #backends: Backends
  readonly #turns = new Map<Role, number>()

  constructor(backends: Backends) {
    this.#backends = backends
  }

  /** The next instance of this very cluster that was not tried yet. */
  inRole(role: Role, tried: readonly Backend[]): Selected | null {
    const backend = this.#inTurn(role, this.#backends.ready(role), tried)
    return backend && { role, backend }
  }

  elsewhere(role: Role, tried: readonly Backend[]): Selected | null {
    for (const other of fallbacks) {
      const selected = other === role ? null : this.inRole(other, tried)
      if (selected) return selected
    }
    for (const other of fallbacks) {
      const backend = this.#inTurn(other, this.#backends.unhealthy(other), tried)
      if (backend) return { role: other, backend }
    }
    return null
  }

  #inTurn(role: Role, candidates: readonly Backend[], tried: readonly Backend[]): Backend | null {
    const turn = (this.#turns.get(role) ?? 0) + 1
    this.#turns.set(role, turn)
    for (let i = 0; i < candidates.length; i++) {
      const candidate = candidates[(turn + i) % candidates.length]!
      if (!tried.includes(candidate)) return candidate
    }
    return null
  }
}
