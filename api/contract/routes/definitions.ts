import { z } from 'zod'
import { anyHeaders, executionId, none, type Route } from './route.ts'

/** What a run was started with, whatever its pipeline has become since. */
export const pinnedDefinition = z.object({
  revision: z.string(),
  definitionHash: z.string(),
  /** As it runs: durations in milliseconds, percentages as fractions. */
  definition: z.json(),
})

export type PinnedDefinition = z.output<typeof pinnedDefinition>

export const definitionRoutes = {
  getExecutionDefinition: {
    method: 'get',
    path: '/api/v1/executions/{id}/definition',
    permission: 'execution:read',
    summary: 'The definition a run is pinned to.',
    params: executionId,
    query: none,
    headers: anyHeaders,
    body: null,
    success: { status: 200, type: 'application/json', schema: pinnedDefinition },
    problems: ['not-found', 'unavailable'],
  },
} as const satisfies Record<string, Route>
