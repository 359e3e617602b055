import { z } from 'zod'
import { roles } from '../../pipeline/clusters.ts'
import { Unavailable } from '../failures.ts'
import type { ServiceState, Target } from './target.ts'

const count = z.number().int().min(0)
const cluster = z.looseObject({
  role: z.enum(roles),
  release: z.looseObject({ version: z.string() }),
  instances: count,
  ready: count,
})
const shape = z.looseObject({
  clusters: z.array(cluster),
  weights: z.partialRecord(z.enum(roles), z.number().min(0)),
  fence: z.number(),
})

/** The target, but for states that make no sense: then nobody can tell what is there, and `Unavailable` says where. */
export function saneTarget(name: string, target: Target): Target {
  const sane = (service: string, state: ServiceState): ServiceState => {
    const { error } = shape.safeParse(state)
    if (error === undefined) return state
    const [{ path, message }] = error.issues as [z.core.$ZodIssue]
    throw new Unavailable(`what ${service} on ${name} runs makes no sense: ${path.join('.') || 'it'}: ${message}`)
  }
  return {
    ...target,
    current: async service => sane(service, await target.current(service)),
    apply: async (service, ...how) => sane(service, await target.apply(service, ...how)),
  }
}
