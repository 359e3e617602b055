import { workflowInfo } from '@temporalio/workflow'
import type { ScheduledTrigger } from './messages.ts'
import { activitiesFor } from './temporal-world.ts'
import { defaultTimings } from './timings.ts'

/**
 * One time of a schedule: leaves word for the servers, who know what the pipeline is now and start the run. Its id holds
 * the time, so the same time is the same word.
 */
export async function scheduledTrigger(trigger: ScheduledTrigger): Promise<void> {
  await activitiesFor(defaultTimings.undoPatience).leaveWord({ id: workflowInfo().workflowId, ...trigger })
}
