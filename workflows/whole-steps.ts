import type { ActivateInput, WorkflowInterceptors } from '@temporalio/workflow'
import { workflowInfo } from '@temporalio/workflow'
import { pipelineExecutionType, targetLockType, unfinishedStep } from './messages.ts'
import { isPatched } from './patched.ts'
import { patches } from './patches.ts'

type Internals = NonNullable<WorkflowInterceptors['internals']>[number]

/** What a run does in a step is what its history says, live and whenever it is read anew (docs/decisions/0012). */
export function interceptors(): WorkflowInterceptors {
  return { internals: [refusesUnfinishedSteps(), letsNoTaskBeEmpty()] }
}

/**
 * A query that waited for a worker can arrive with events after the last workflow task, which belong to a task that has not
 * begun. The SDK (1.24.0) gives them to the workflow as a step of their own and keeps what came of it; when the real task comes
 * it has other events, and a later replay fails with TMPRL1100. Such a step has a longer history at the very time of the
 * one before. Refused, it costs its query, which can be asked again, and the run is read anew from its history.
 */
function refusesUnfinishedSteps(): Internals {
  let last = { at: '', length: 0 }
  return {
    activate(input, next) {
      const { timestamp, isReplaying } = input.activation
      const length = input.activation.historyLength ?? 0
      const at = `${timestamp?.seconds}.${timestamp?.nanos}`
      const acts = jobsOf(input.activation).some(job => !job.queryWorkflow)
      if (!isReplaying && acts && at === last.at && length > last.length) throw new Error(unfinishedStep)
      if (acts) last = { at, length }
      next(input)
    },
  }
}

/**
 * A task without commands before a task with an update is one step to the SDK (1.24.0, sdk-rust issue 1146) on some ways to read
 * the history and two on others, and what both do then comes in another order. A task that would be empty starts a timer that
 * never fires, the next one cancels it. A refused update counts for nothing: the history does not have it.
 */
function letsNoTaskBeEmpty(): Internals {
  let needed: boolean | null = null
  let happened = false
  let timer = { seq: firstTimer, runs: false }
  return {
    activate(input, next) {
      happened = jobsOf(input.activation).some(job => !job.queryWorkflow && !job.doUpdate)
      next(input)
      if (happened) needed ??= updated.has(workflowInfo().workflowType) && isPatched(patches.noEmptyTask)
    },
    concludeActivation(input, next) {
      const { commands } = next(input)
      if (!needed || !happened || commands.some(({ updateResponse }) => !updateResponse?.rejected)) return { commands }
      const { seq, runs } = timer
      timer = runs ? { seq: seq + 1, runs: false } : { seq, runs: true }
      const change = runs ? { cancelTimer: { seq } } : { startTimer: { seq, startToFireTimeout: longest } }
      return { commands: [...commands, change] }
    },
  }
}

/** Types that take updates. */
const updated: ReadonlySet<string> = new Set([pipelineExecutionType, targetLockType])
/** Far above the numbers of the workflow's own timers. */
const firstTimer = 2 ** 31
/** Ten years. */
const longest = { seconds: 315_360_000 as never, nanos: 0 }

function jobsOf(activation: ActivateInput['activation']) {
  return activation.jobs ?? []
}
