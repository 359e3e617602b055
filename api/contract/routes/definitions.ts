import { z } from 'zod'
import { executionId, none, type Route, unlessKnown } from './route.ts'

/** What a run was started with, whatever its pipeline has become since. */
export const pinnedDefinition = z.object({
  revision: z.string(),
  definitionHash: z.string(),
  /** As it runs: durations in milliseconds, percentages as fractions. */
  definition: z.json(),
  /** As it was in the file; null when no source of pipelines can tell any more. */
  text: z.string().nullable(),
  /** What a new run of the pipeline would be given; null when there is none, or it belongs to another application. */
  inForce: z
    .object({
      revision: z.string(),
      text: z.string(),
      /** A new run would do something else; a comment makes no difference. */
      differs: z.boolean(),
    })
    .nullable(),
})

export type PinnedDefinition = z.output<typeof pinnedDefinition>

export const definitionRoutes = {
  getExecutionDefinition: {
    method: 'get',
    path: '/api/v1/executions/{id}/definition',
    permission: 'execution:read',
    summary: 'The definition a run is pinned to, its text, and whether what is in force now differs.',
    params: executionId,
    query: none,
    headers: unlessKnown,
    versioned: 'content',
    body: null,
    success: { status: 200, type: 'application/json', schema: pinnedDefinition },
    problems: ['not-found', 'unavailable'],
  },
} as const satisfies Record<string, Route>
