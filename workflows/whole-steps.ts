import type { WorkflowInterceptors } from '@temporalio/workflow'
import { unfinishedStep } from './messages.ts'

/**
 * What a run does in a step is what its history says, live and whenever it is read anew (docs/decisions/0012). Twice the SDK
 * (1.24.0) takes other steps than the history has, both times when a worker reads it from its beginning. Whatever comes of
 * that is refused: it has left no trace, and can be asked again.
 */
export function interceptors(): WorkflowInterceptors {
  let last = { at: '', length: 0 }
  let replayed = false
  /** Of the steps that were taken here: what was only read is not among them. */
  let live = 0
  let mixed = false
  return {
    internals: [
      {
        activate(input, next) {
          const { isReplaying, timestamp } = input.activation
          const jobs = input.activation.jobs ?? []
          const acts = jobs.some(job => !job.queryWorkflow)
          const length = input.activation.historyLength ?? 0
          const at = `${timestamp?.seconds}.${timestamp?.nanos}`
          // A query that waited for a worker can come with events of a task that has not begun, as a step of their own.
          const early = acts && !isReplaying && at === last.at && length > last.length
          const asked = jobs.some(job => job.queryWorkflow?.queryId === 'legacy_query')
          if (early || (asked && replayed && live === 1)) throw new Error(unfinishedStep)
          if (acts) last = { at, length }
          if (acts && isReplaying) replayed = true
          if (acts && !isReplaying) live += 1
          // A task that did nothing before a task with an update can be one step with it (sdk-rust issue 1146).
          mixed = replayed && live === 1 && jobs.some(job => job.doUpdate) && jobs.some(job => !job.doUpdate)
          next(input)
        },
      },
    ],
    inbound: [
      {
        validateUpdate(input, next) {
          if (mixed) throw new Error(unfinishedStep)
          next(input)
        },
      },
    ],
  }
}
