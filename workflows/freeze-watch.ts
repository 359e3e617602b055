import type { RunFreeze } from '../pipeline/freezes.ts'
import { isActive } from '../pipeline/freezes.ts'
import type { Journal } from './journal.ts'
import type { Steering } from './steering.ts'
import type { World } from './world.ts'

/** Knows the freezes of a run, and says to the steering which are in force, as time goes by and without being told again. */
export interface FreezeWatch {
  /** All of them, instead of those known before. */
  told(freezes: readonly RunFreeze[]): void
}

export function createFreezeWatch(
  world: Pick<World, 'now' | 'condition' | 'shielded'>,
  journal: Pick<Journal, 'event'>,
  steering: Pick<Steering, 'freeze'>,
): FreezeWatch {
  let known: readonly RunFreeze[] = []
  let version = 0
  let shown = ''

  const show = (now: number) => {
    const active = known.filter(freeze => isActive(freeze, now))
    const names = active.map(({ name }) => name)
    if (names.join() === shown) return steering.freeze(active)
    shown = names.join()
    journal.event('freeze.changed', { freezes: names })
    steering.freeze(active)
  }

  const watch = async () => {
    for (;;) {
      const seen = version
      const now = world.now()
      show(now)
      const changed = () => version !== seen
      const edges = known.flatMap(({ from, until }) => [from, until]).filter(at => at > now)
      await (edges.length === 0 ? world.condition(changed) : world.condition(changed, Math.min(...edges) - now))
    }
  }

  return {
    told(freezes) {
      known = freezes
      version += 1
      // Without any freeze no run waits for one.
      if (version === 1) world.shielded(watch).catch(() => {})
    },
  }
}
