import { z } from 'zod'
import { stageId } from '../steering.ts'
import { anyHeaders, executionId, type Route } from './route.ts'

const stageLog = z.object({
  stage: z.string(),
  target: z.string(),
  /** What the target knows it by. */
  reference: z.string(),
  /** The end of it; control characters as the program wrote them. */
  text: z.string(),
  /** Characters of it that are not in `text`. */
  leftOut: z.number().int(),
})

export type StageLog = z.infer<typeof stageLog>

export const logRoutes = {
  getStageLog: {
    method: 'get',
    path: '/api/v1/executions/{id}/stages/{stage}/log',
    permission: 'execution:read',
    summary: 'The end of what the job of a `run` stage has printed so far; targets keep some days of it.',
    params: executionId.extend({ stage: stageId }),
    query: z.strictObject({
      /** At most so many characters, the newest. */
      characters: z.coerce.number<number | string>().int().min(1).max(1_048_576).default(65_536),
    }),
    headers: anyHeaders,
    body: null,
    success: { status: 200, type: 'application/json', schema: stageLog },
    problems: ['not-found', 'refused', 'unavailable'],
  },
} as const satisfies Record<string, Route>
