import { z } from 'zod'
import { roles } from '../../pipeline/clusters.ts'
import { weights } from './execution.ts'

const cluster = z.object({
  role: z.enum(roles),
  version: z.string(),
  /** Instances wanted, and those that are healthy and can take traffic. */
  instances: z.int(),
  ready: z.int(),
})

const service = z.object({
  name: z.string(),
  /** Where clients reach it; null when the target does not know. */
  url: z.string().nullable(),
  clusters: z.array(cluster),
  /** What the router does now. */
  weights,
  /** Why the target could not be asked; null when it could. */
  error: z.string().nullable(),
})

export const target = z.object({
  name: z.string(),
  type: z.string(),
  environment: z.string(),
  region: z.string().nullable(),
  services: z.array(service),
})

export const targetList = z.object({ items: z.array(target) })

export type TargetView = z.output<typeof target>
export type ServiceView = z.output<typeof service>

const difference = z.object({
  service: z.string(),
  object: z.string(),
  field: z.string(),
  /** What Slipway applied and what is there; null: nothing. */
  applied: z.string().nullable(),
  found: z.string().nullable(),
})

export const driftList = z.object({ items: z.array(difference) })

const owner = z.object({ execution: z.string(), stage: z.string().nullable(), since: z.string().nullable() })

/** One writer per service and target: who writes and who waits. */
export const lock = z.object({
  target: z.string(),
  service: z.string(),
  holder: owner.nullable(),
  /** First in line first. */
  waiting: z.array(owner),
  fence: z.int(),
})

/** How many runs of a pipeline are at once: which are at work and which wait. */
export const queue = z.object({
  pipeline: z.string(),
  limit: z.int(),
  whenBusy: z.enum(['queue', 'replace', 'reject']),
  running: z.array(owner),
  /** First in line first. */
  waiting: z.array(owner),
})

export const lockList = z.object({
  items: z.array(lock),
  /** Of every pipeline that limits its concurrency. */
  queues: z.array(queue),
})

export type QueueView = z.output<typeof queue>

export type LockView = z.output<typeof lock>
