import { Refusal } from '../../http/refusal.ts'
import type { Simulator } from '../../simulator.ts'
import { inThread } from './in-thread.ts'
import { sampleParameters } from './sample-parameters.ts'
import type { Simulation } from './simulate.ts'

export interface SimulatorLimits {
  /** Milliseconds for one. */
  patience: number
  /** At the same time. */
  most: number
}

const usual: SimulatorLimits = { patience: 20_000, most: 2 }

/**
 * Simulations for requests: each in a thread of its own, so that the longest holds up nobody, with a limit of time, of
 * memory and of how many there are. Begun threads end when the caller has gone.
 */
export function createSimulator({ patience, most }: SimulatorLimits = usual): Simulator {
  let running = 0
  return {
    sample: sampleParameters,
    async run(pipeline, settings, signal) {
      if (running >= most) throw new Refusal('too-many-requests', 'others are simulating; try again in a moment', later)
      running += 1
      const until = AbortSignal.any([signal, AbortSignal.timeout(patience)])
      try {
        return await inThread<Simulation>(thread, { pipeline, settings }, until)
      } catch (error) {
        if (until.aborted) throw tooLong()
        throw new Refusal('refused', `it cannot be simulated: ${(error as Error).message}`)
      } finally {
        running -= 1
      }
    },
  }
}

const thread = new URL('./one-thread.ts', import.meta.url)
const later = { headers: { 'retry-after': '2' } }

function tooLong(): Refusal {
  return new Refusal('refused', 'the simulation takes too long; try it with `slipway simulate`')
}
