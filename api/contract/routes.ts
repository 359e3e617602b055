import type { ProblemKind } from './problem.ts'
import { auditRoutes } from './routes/audit.ts'
import { breakerRoutes } from './routes/breakers.ts'
import { codecRoutes } from './routes/codec.ts'
import { definitionRoutes } from './routes/definitions.ts'
import { executionRoutes } from './routes/executions.ts'
import { freezeRoutes } from './routes/freezes.ts'
import { hookRoutes } from './routes/hooks.ts'
import { judgingRoutes } from './routes/judging.ts'
import { logRoutes } from './routes/logs.ts'
import { pipelineRoutes } from './routes/pipelines.ts'
import type { Route } from './routes/route.ts'
import { seriesRoutes } from './routes/series.ts'
import { serverRoutes } from './routes/server.ts'
import { sessionRoutes } from './routes/sessions.ts'
import { simulationRoutes } from './routes/simulation.ts'
import { steeringRoutes } from './routes/steering.ts'
import { targetRoutes } from './routes/targets.ts'
import { tokenRoutes } from './routes/tokens.ts'
import { trafficRoutes } from './routes/traffic.ts'

export { maxWait } from './routes/executions.ts'
export type { Route } from './routes/route.ts'

/** Every operation of the API, once: the server mounts it, the client calls it, the OpenAPI document lists it. */
export const routes = {
  ...executionRoutes,
  ...judgingRoutes,
  ...steeringRoutes,
  ...definitionRoutes,
  ...seriesRoutes,
  ...logRoutes,
  ...pipelineRoutes,
  ...simulationRoutes,
  ...hookRoutes,
  ...targetRoutes,
  ...freezeRoutes,
  ...trafficRoutes,
  ...breakerRoutes,
  ...sessionRoutes,
  ...tokenRoutes,
  ...auditRoutes,
  ...codecRoutes,
  ...serverRoutes,
} as const satisfies Record<string, Route>

export type Operation = keyof typeof routes

/** Sent with every request by the client: a page of another origin cannot set it without being asked first. */
export const csrfHeader = 'x-slipway-csrf'

/** Every route may answer with these. */
export const commonProblems = [
  'invalid-request',
  'unauthenticated',
  'forbidden',
  'method-not-allowed',
  'request-timeout',
  'payload-too-large',
  'unsupported-media-type',
  'misdirected',
  'too-many-requests',
  'internal',
] as const satisfies readonly ProblemKind[]
