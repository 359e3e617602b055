import { seriesReport } from '../series.ts'
import { stageId } from '../steering.ts'
import { anyHeaders, executionId, none, type Route } from './route.ts'

export const seriesRoutes = {
  getSeries: {
    method: 'get',
    path: '/api/v1/executions/{id}/stages/{stage}/series',
    permission: 'execution:read',
    summary: 'Every look of a canary as numbers for charts: values of both sides, weight and evidence over time.',
    params: executionId.extend({ stage: stageId }),
    query: none,
    headers: anyHeaders,
    body: null,
    success: { status: 200, type: 'application/json', schema: seriesReport },
    problems: ['not-found', 'unavailable'],
  },
} as const satisfies Record<string, Route>
