import { z } from 'zod'
import { name } from '../../../pipeline/schema/scalars.ts'
import { calibration } from '../judging.ts'
import { anyHeaders, pipelineName, type Route } from './route.ts'

export const judgingRoutes = {
  getCalibration: {
    method: 'get',
    path: '/api/v1/pipelines/{name}/calibration',
    permission: 'execution:read',
    summary: 'How often the judge of a pipeline cries wolf: stable against stable, from its recorded canaries.',
    params: pipelineName,
    query: z.strictObject({
      stage: name.optional(),
      /** At most so many runs, the newest. */
      runs: z.coerce.number<number | string>().int().min(1).max(100).default(30),
    }),
    headers: anyHeaders,
    body: null,
    success: { status: 200, type: 'application/json', schema: calibration },
    problems: ['not-found', 'unavailable'],
  },
} as const satisfies Record<string, Route>
