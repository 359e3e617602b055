import type { WorkflowInterceptors } from '@temporalio/workflow'
import { unfinishedStep } from './messages.ts'

/**
 * Refuses a step that the history does not have.
 *
 * A query that waited for a worker can arrive with events after the last workflow task, which belong to a task that has not
 * begun. The SDK (1.24.0) gives them to the workflow as a step of their own and keeps what came of it; when the real task comes
 * it has other events, and a later replay fails with TMPRL1100. Such a step has a longer history at the very time of the
 * one before. Refused, it costs its query, which can be asked again, and the run is read anew from its history.
 */
export function interceptors(): WorkflowInterceptors {
  let last = { at: '', length: 0 }
  return {
    internals: [
      {
        activate(input, next) {
          const { timestamp, isReplaying, jobs } = input.activation
          const length = input.activation.historyLength ?? 0
          const at = `${timestamp?.seconds}.${timestamp?.nanos}`
          const acts = (jobs ?? []).some(job => !job.queryWorkflow)
          if (!isReplaying && acts && at === last.at && length > last.length) throw new Error(unfinishedStep)
          if (acts) last = { at, length }
          next(input)
        },
      },
    ],
  }
}
