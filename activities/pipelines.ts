import type { Execution } from '../pipeline/execution.ts'
import type { EndedPipeline, StartedPipeline, StartPipelineRequest } from './stage-requests.ts'

/** How a run starts another one and follows it. */
export interface Pipelines {
  /** One run for one id; `refused` says why there is none. */
  start(request: StartPipelineRequest): Promise<StartedPipeline>
  /** Resolves when the run has ended; rejects when the signal aborts. */
  ended(execution: string, signal: AbortSignal): Promise<Pick<Execution, 'status' | 'reason'>>
  /** Has no effect on a run that has ended. */
  cancel(execution: string, by: string, reason: string): Promise<void>
}

export async function pipelineEnded(
  execution: string,
  pipelines: Pipelines,
  signal: AbortSignal,
): Promise<EndedPipeline> {
  const { status, reason } = await pipelines.ended(execution, signal)
  return { status, reason }
}
