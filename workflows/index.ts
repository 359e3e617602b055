/** Every workflow that a worker of Slipway runs. The name of the export is the type of the workflow. */
export { canaryAnalysis } from './canary-analysis.ts'
export { pipelineExecution } from './pipeline-execution.ts'
export { pipelineQueue } from './pipeline-queue.ts'
export { scheduledTrigger } from './scheduled-trigger.ts'
export { targetLock } from './target-lock.ts'
