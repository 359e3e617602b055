import { z } from 'zod'
import { roles } from '../../pipeline/clusters.ts'
import { weights } from './execution.ts'

/** What live traffic a cluster got within the window, as its router counted it. */
const flow = z.object({
  role: z.enum(roles),
  version: z.string(),
  ready: z.int(),
  /** Null when the router knows nothing of the window. */
  counts: z
    .object({
      requests: z.number(),
      failures: z.number(),
      /** Milliseconds; estimated within the buckets of the router. Null without requests. */
      median: z.number().nullable(),
      p99: z.number().nullable(),
    })
    .nullable(),
})

export const traffic = z.object({
  target: z.string(),
  service: z.string(),
  /** The window that was counted. */
  from: z.string(),
  to: z.string(),
  weights,
  flows: z.array(flow),
  /** Why there are no counts; null when there are. */
  uncounted: z.string().nullable(),
})

export type TrafficView = z.output<typeof traffic>
export type FlowView = z.output<typeof flow>
