import type { Activities } from '../../activities/requests.ts'
import type { SimulatedWorld } from '../../api/main/simulate/world.ts'
import { simulatedWorld } from '../../api/main/simulate/world.ts'

export type FakeWorld = SimulatedWorld

/** The world of simulations, in which nothing that is asked of the outside takes any time. */
export function fakeWorld(activities: Activities): FakeWorld {
  return simulatedWorld(activities, { start: Date.parse('2026-01-01T00:00:00Z') })
}
