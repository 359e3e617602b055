import { z } from 'zod'
import { problemError } from './problem.ts'

const started = z.object({
  pipeline: z.string(),
  /** The run, under `/executions/{id}`. */
  execution: z.string(),
})

const refused = z.object({ pipeline: z.string(), reason: z.string(), errors: z.array(problemError) })

/** What became of a delivery. */
export const hookAnswer = z.object({
  source: z.string(),
  /** What it is known by here: a copy of it has the same. */
  delivery: z.string(),
  /** It was answered before; this is the same answer, and nothing was started now. */
  replayed: z.boolean(),
  executions: z.array(started),
  /** Pipelines that were meant and could not be started. */
  refused: z.array(refused),
  /** Why nothing was started; null when something was. */
  reason: z.string().nullable(),
})

export type HookAnswer = z.output<typeof hookAnswer>

export const hookSummary = z.object({
  name: z.string(),
  type: z.string(),
  /** Where the sender sends to. */
  url: z.string(),
  /** Pipelines with a trigger of this source. */
  pipelines: z.array(z.string()),
})

export const hookList = z.object({ items: z.array(hookSummary) })

export const deliveryList = z.object({ items: z.array(hookAnswer.extend({ at: z.string() })) })
