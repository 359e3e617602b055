import { setTimeout as sleep } from 'node:timers/promises'

/**
 * How the work on one cluster is spread: while its controllers are behind, rollouts that have begun go first. Then some
 * are done early and none is done later, instead of all being done late. Nothing but a beginning ever waits.
 */
export interface Pace {
  /** Does an operation, at once or, where a rollout begins with it, when it is its turn. */
  work<T>(act: () => Promise<T>, beginning: Beginning | null): Promise<T>
  /** For a change that was just written. */
  written(): Written
}

export interface Beginning {
  /** Whoever is stopped needs no turn any more. */
  signal: AbortSignal
  /** It is not its turn yet: so many come before it. */
  waits(before: number): void
}

export interface Written {
  /** The cluster's controllers know of it. */
  noticed(): void
  /** Nobody waits for it any more. */
  over(): void
}

export interface PaceLimits {
  /** So many operations at once never keep a rollout from beginning. */
  few: number
  /** Milliseconds until a cluster's controllers have noticed a change; from here on it is behind. */
  behind: number
  /** However far behind it is, a rollout begins every so many milliseconds. */
  longest: number
  /** Milliseconds between two that begin beside many while it keeps up: seeing that it does not takes a while. */
  apart: number
}

export const paceLimits: PaceLimits = { few: 10, behind: 300, longest: 10_000, apart: 50 }

/** How much the newest change counts in what is usual. */
const share = 0.2

export function createPace({ few, behind, longest, apart }: PaceLimits = paceLimits): Pace {
  const line: object[] = []
  const unnoticed = new Set<{ since: number }>()
  let last = Number.NEGATIVE_INFINITY
  let working = 0
  let usual = 0

  /** The oldest change that nobody has noticed yet may say more than all before it. */
  function lag(): number {
    const [oldest] = unnoticed
    return oldest === undefined ? usual : Math.max(usual, performance.now() - oldest.since)
  }

  function isTime(): boolean {
    const since = performance.now() - last
    return working < few || since >= longest || (since >= apart && lag() < behind)
  }

  async function turn({ signal, waits }: Beginning): Promise<void> {
    const own = {}
    const isOurs = () => line[0] === own && isTime()
    line.push(own)
    try {
      if (!isOurs()) waits(line.length - 1)
      while (!isOurs()) await sleep(apart, undefined, { signal })
      last = performance.now()
      // Before anybody else looks.
      working += 1
    } finally {
      line.splice(line.indexOf(own), 1)
    }
  }

  return {
    async work(act, beginning) {
      if (beginning === null) working += 1
      else await turn(beginning)
      try {
        return await act()
      } finally {
        working -= 1
      }
    },
    written() {
      const change = { since: performance.now() }
      unnoticed.add(change)
      return {
        noticed() {
          if (unnoticed.delete(change)) usual += share * (performance.now() - change.since - usual)
        },
        over: () => void unnoticed.delete(change),
      }
    },
  }
}
