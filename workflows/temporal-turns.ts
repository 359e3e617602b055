import { getExternalWorkflowHandle, isCancellation, setHandler, workflowInfo } from '@temporalio/workflow'
import { leaveQueue, queueId, turnGranted, turnRefused, turnWaits } from './messages.ts'
import type { Turns, World } from './world.ts'

/** Turns of `pipelineQueue` workflows for this execution. Make it once: it handles the queue's signals. */
export function temporalTurns(world: Omit<World, 'locks' | 'turns'>): Turns {
  const execution = workflowInfo().workflowId
  let answer: { granted: true } | { granted: false; reason: string } | null = null
  let onWait: (place: number, behind: string) => void = () => {}

  setHandler(turnGranted, () => {
    answer ??= { granted: true }
  })
  setHandler(turnRefused, reason => {
    answer ??= { granted: false, reason }
  })
  setHandler(turnWaits, ({ place, behind }) => {
    if (answer === null) onWait(place, behind)
  })

  return {
    async take({ pipeline, limit, whenBusy }, waits) {
      onWait = waits
      const leave = () => world.shielded(() => tellLeft(pipeline, execution))
      try {
        await world.activities.requestTurn({ pipeline, execution, limit, whenBusy })
        await world.condition(() => answer !== null)
      } catch (error) {
        await leave()
        throw error
      }
      return answer!.granted ? { granted: true, leave } : answer!
    },
  }
}

/** A queue that is gone needs not be told. */
async function tellLeft(pipeline: string, execution: string): Promise<void> {
  try {
    await getExternalWorkflowHandle(queueId(pipeline)).signal(leaveQueue, execution)
  } catch (error) {
    if (isCancellation(error)) throw error
  }
}
