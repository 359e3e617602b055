import { simulateBody, simulation } from '../simulation.ts'
import { anyHeaders, none, type Route } from './route.ts'

export const simulationRoutes = {
  simulatePipeline: {
    method: 'post',
    path: '/api/v1/simulate',
    permission: 'pipeline:read',
    summary: 'Run the text of a pipeline in a simulated world, as `slipway simulate` does. Nothing is kept or reached.',
    params: none,
    query: none,
    headers: anyHeaders,
    body: simulateBody,
    success: { status: 200, type: 'application/json', schema: simulation },
    problems: ['invalid-definition', 'invalid-parameters', 'refused'],
  },
} as const satisfies Record<string, Route>
