import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow'
import type { Execution } from '../pipeline/execution.ts'

/**
 * Everything that can be said to a running execution. Signals are durable without a worker; updates can say no.
 * Definitions and types only: the API imports this file.
 */

export interface Message {
  /** The principal who asked; authorisation is done by the API. */
  by: string
  reason?: string
}

/** Ends the run and undoes what is open. Always accepted. */
export const cancel = defineSignal<[Message]>('cancel')

/** Ends the run and undoes committed stages too, newest first, while old versions are warm. Always accepted. */
export const rollback = defineSignal<[Message]>('rollback')

/** Ends the hold or the step of the canary that is running and promotes it; refused when no canary is. */
export const promote = defineUpdate<Execution, [Message]>('promote')

/** The whole state of the run. */
export const state = defineQuery<Execution>('state')

export const taskQueue = 'slipway'
export const pipelineExecutionType = 'pipelineExecution'
export const canaryAnalysisType = 'canaryAnalysis'
export const targetLockType = 'targetLock'

/** Workflow ids: one run is one workflow, so its id is the execution's id. */
export function lockId(target: string, service: string): string {
  return `lock/${target}/${service}`
}
