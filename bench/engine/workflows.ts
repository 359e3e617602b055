import { proxyActivities } from '@temporalio/workflow'
import type { Execution } from '../../pipeline/execution.ts'
import type { ExecutionInput } from '../../store/store.ts'
import { succeeded } from '../../workflows/outcome.ts'
import { runPipeline } from '../../workflows/pipeline-execution.ts'
import type { StageRegistry, StageRun } from '../../workflows/stages/stage.ts'
import { defaultTimings } from '../../workflows/timings.ts'

export { canaryAnalysis } from '../../workflows/canary-analysis.ts'
export { pipelineExecution } from '../../workflows/pipeline-execution.ts'
export { pipelineQueue } from '../../workflows/pipeline-queue.ts'
export { targetLock } from '../../workflows/target-lock.ts'

/** The activity that both call: it does nothing. */
export interface NoopActivities {
  noop(): Promise<void>
}

const { noop } = proxyActivities<NoopActivities>({ startToCloseTimeout: 10_000 })

/** A stage type of one activity. */
const runNoop: StageRun = async () => {
  await noop()
  return succeeded()
}

/** Our engine, on stages that do nothing. */
export async function noopPipeline(input: ExecutionInput): Promise<Execution> {
  return runPipeline(input, defaultTimings, { noop: runNoop } as StageRegistry)
}

/** What somebody would write by hand to call the same activities one after the other, and nothing else. */
export async function handWritten(stages: number): Promise<void> {
  for (let stage = 0; stage < stages; stage++) await noop()
}
