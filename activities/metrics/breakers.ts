/** `open`: left alone, because it only failed; `half-open`: asked once, to see whether it answers again. */
export type BreakerState = 'closed' | 'open' | 'half-open'

export interface Breaker {
  name: string
  state: BreakerState
  /** Since when; ISO 8601. Null: since the start. */
  since: string | null
  /** The last words of what failed; null when nothing has. */
  lastFailure: string | null
}

/** How the circuit breakers of a process stand. */
export interface Breakers {
  note(name: string, state: BreakerState, lastFailure: string | null): void
  /** By name. */
  list(): Breaker[]
}

/** A board for those that will be opened; each stands at `closed` until it says otherwise. */
export function createBreakers(now: () => Date = () => new Date()): Breakers {
  const known = new Map<string, Breaker>()
  return {
    note(name, state, lastFailure) {
      const before = known.get(name)
      const since = before === undefined ? null : before.state === state ? before.since : now().toISOString()
      known.set(name, { name, state, since, lastFailure: lastFailure ?? before?.lastFailure ?? null })
    },
    list: () => [...known.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
  }
}
