import type { Release } from '../../../pipeline/release.ts'
import type { SimulatedTarget } from './target.ts'
import { simulatedTarget } from './target.ts'

/** What runs before the run that is simulated. */
export interface Running {
  /** Null: nothing was ever deployed. */
  version: string | null
  instances: number
}

/** Targets that are there as soon as they are named, each with the services that are asked for. */
export interface SimulatedTargets {
  /** The target, with the service on it. */
  at(target: string, service: string): SimulatedTarget
}

export function simulatedTargets({ version, instances }: Running): SimulatedTargets {
  const targets = new Map<string, { target: SimulatedTarget; services: Set<string> }>()
  return {
    at(name, service) {
      const known = targets.get(name) ?? { target: simulatedTarget(), services: new Set<string>() }
      targets.set(name, known)
      if (!known.services.has(service)) {
        known.services.add(service)
        if (version !== null) known.target.seed(service, oldRelease(version), instances)
      }
      return known.target
    },
  }
}

function oldRelease(version: string): Release {
  return { version, command: ['simulated', version] }
}
