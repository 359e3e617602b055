import { type Client, ScheduleAlreadyRunning, ScheduleNotFoundError } from '@temporalio/client'
import { scheduledTriggerType, taskQueue } from '../../workflows/messages.ts'
import { fingerprint, isOurs, type KeptSchedule, type Schedules, scheduleId } from './schedules.ts'
import { withinDeadline } from './temporal-engine.ts'

/** The least the engine looks back after it was away. */
const leastCatchUp = 10_000

/** Schedules of Temporal. Their note holds what they were made of. */
export function createTemporalSchedules(client: Client): Schedules {
  const within = <T>(call: () => Promise<T>) => withinDeadline(client, 10_000, call)
  return {
    list: () =>
      within(async () => {
        const found = new Map<string, string>()
        for await (const { scheduleId: id, state } of client.schedule.list())
          if (isOurs(id)) found.set(id, state.note ?? '')
        return found
      }),

    put: schedule =>
      within(async () => {
        const made = optionsOf(schedule)
        try {
          await client.schedule.create({ scheduleId: scheduleId(schedule), ...made })
        } catch (error) {
          if (!(error instanceof ScheduleAlreadyRunning)) throw error
          // Whoever paused it in the engine wanted it paused.
          await client.schedule
            .getHandle(scheduleId(schedule))
            .update(({ state }) => ({ ...made, state: { ...made.state, paused: state.paused } }))
        }
      }),

    remove: id =>
      within(async () => {
        try {
          await client.schedule.getHandle(id).delete()
        } catch (error) {
          if (!(error instanceof ScheduleNotFoundError)) throw error
        }
      }),
  }
}

function optionsOf(schedule: KeptSchedule) {
  const { pipeline, index, cron, timezone, catchUp, jitter, parameters } = schedule
  return {
    spec: { cronExpressions: [cron], timezone, jitter },
    action: {
      type: 'startWorkflow' as const,
      workflowType: scheduledTriggerType,
      workflowId: `schedule/${pipeline}/${index}`,
      taskQueue,
      args: [{ pipeline, cron, parameters }],
    },
    // Every time counts: what happens to more than one run at once is said by the pipeline.
    policies: { overlap: 'ALLOW_ALL' as const, catchupWindow: Math.max(leastCatchUp, catchUp) },
    state: { note: fingerprint(schedule) },
  }
}
