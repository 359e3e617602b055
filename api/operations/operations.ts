import type { Handlers } from '../http/handler.ts'
import type { Services } from '../services.ts'
import { analysisOperations } from './analysis.ts'
import { approvalLinkOperations } from './approval-links.ts'
import { auditOperations } from './audit.ts'
import { breakerOperations } from './breakers.ts'
import { codecOperations } from './codec.ts'
import { definitionOperations } from './definitions.ts'
import { executionOperations } from './executions.ts'
import { freezeOperations } from './freezes.ts'
import { hookOperations } from './hooks.ts'
import { judgingOperations } from './judging.ts'
import { logOperations } from './logs.ts'
import { pipelineOperations } from './pipelines.ts'
import { seriesOperations } from './series.ts'
import { serverOperations } from './server.ts'
import { sessionOperations } from './sessions.ts'
import { simulationOperations } from './simulation.ts'
import { steeringOperations } from './steering.ts'
import { targetOperations } from './targets.ts'
import { tokenOperations } from './tokens.ts'
import { trafficOperations } from './traffic.ts'

/** A handler for every operation of the contract; one that is missing does not compile. */
export function createHandlers(services: Services): Handlers {
  return {
    ...executionOperations(services),
    ...steeringOperations(services),
    ...approvalLinkOperations(services),
    ...analysisOperations(services),
    ...judgingOperations(services),
    ...pipelineOperations(services),
    ...simulationOperations(services),
    ...hookOperations(services),
    ...targetOperations(services),
    ...freezeOperations(services),
    ...sessionOperations(services),
    ...definitionOperations(services),
    ...seriesOperations(services),
    ...logOperations(services),
    ...trafficOperations(services),
    ...breakerOperations(services),
    ...tokenOperations(services),
    ...auditOperations(services),
    ...codecOperations(services),
    ...serverOperations(services),
  }
}
