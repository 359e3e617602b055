import { Worker } from 'node:worker_threads'
import type { Pipeline } from '../../../pipeline/schema/pipeline.ts'
import { Refusal } from '../../http/refusal.ts'
import type { Simulator } from '../../simulator.ts'
import { sampleParameters } from './sample-parameters.ts'
import type { SimulateSettings, Simulation } from './simulate.ts'

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
      try {
        return await inThread(pipeline, settings, AbortSignal.any([signal, AbortSignal.timeout(patience)]))
      } finally {
        running -= 1
      }
    },
  }
}

const later = { headers: { 'retry-after': '2' } }

function inThread(pipeline: Pipeline, settings: SimulateSettings, signal: AbortSignal): Promise<Simulation> {
  if (signal.aborted) return Promise.reject(tooLong())
  const { promise, resolve, reject } = Promise.withResolvers<Simulation>()
  const thread = new Worker(new URL('./one-thread.ts', import.meta.url), {
    workerData: { pipeline: JSON.parse(JSON.stringify(pipeline)), settings },
    resourceLimits: { maxOldGenerationSizeMb: 256 },
    // Nothing of ours is in its environment.
    env: {},
  })
  thread.once('message', resolve)
  thread.once('error', error => reject(new Refusal('refused', `it cannot be simulated: ${error.message}`)))
  const stop = () => reject(tooLong())
  signal.addEventListener('abort', stop, { once: true })
  return promise.finally(() => {
    signal.removeEventListener('abort', stop)
    void thread.terminate()
  })
}

function tooLong(): Refusal {
  return new Refusal('refused', 'the simulation takes too long; try it with `slipway simulate`')
}
