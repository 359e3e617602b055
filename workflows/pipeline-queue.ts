import { condition, getExternalWorkflowHandle, log, setHandler } from '@temporalio/workflow'
import type { QueueState } from './messages.ts'
import { joinQueue, leaveQueue, queueState, turnGranted, turnRefused, turnWaits } from './messages.ts'
import { isDue, renew } from './renewal.ts'
import { emptyQueue, joinedQueue, leftQueue, toldQueue } from './run-queue.ts'
import type { LockTimings } from './target-lock.ts'
import { activitiesFor } from './temporal-world.ts'
import { defaultTimings } from './timings.ts'

/**
 * How many runs of one pipeline are at work, and who is next. Lets runs begin in order, passes over those that died, and
 * ends itself when nobody is there; a run that comes at that moment keeps it alive.
 */
export async function pipelineQueue(
  pipeline: string,
  timings: Partial<LockTimings> = {},
  before: QueueState = emptyQueue,
): Promise<void> {
  const { lockCheckWaiting, lockIdle } = { ...defaultTimings, ...timings }
  const activities = activitiesFor(defaultTimings.undoPatience)
  let state = before
  setHandler(joinQueue, run => {
    state = joinedQueue(state, run, Date.now())
    const place = state.waiting.findIndex(({ execution }) => execution === run.execution)
    if (place >= 0) void tellWaiting(state, place)
  })
  setHandler(leaveQueue, execution => {
    state = leftQueue(state, execution, Date.now())
  })
  setHandler(queueState, () => state)

  while (!isDue()) {
    const [refused] = state.refused
    const untold = state.running.find(({ told }) => !told)
    if (refused !== undefined || untold !== undefined) {
      await (refused === undefined ? tellGranted(untold!.execution) : tellRefused(refused))
      continue
    }
    const seen = state
    const changed = () => state !== seen
    if (state.waiting.length > 0) {
      if (!(await condition(changed, lockCheckWaiting))) await passOverTheDead()
    } else if (state.running.length > 0) {
      // Nobody is kept waiting, so nobody has to ask whether they live.
      await condition(changed)
    } else if (!(await condition(changed, lockIdle))) return
  }
  await renew<typeof pipelineQueue>(pipeline, timings, state)

  async function tellGranted(execution: string): Promise<void> {
    const isThere = await told(() => getExternalWorkflowHandle(execution).signal(turnGranted))
    state = isThere ? toldQueue(state, execution) : leftQueue(state, execution, Date.now())
  }

  async function tellRefused({ execution, reason }: QueueState['refused'][number]): Promise<void> {
    await told(() => getExternalWorkflowHandle(execution).signal(turnRefused, reason))
    state = toldQueue(state, execution)
  }

  async function passOverTheDead(): Promise<void> {
    for (const { execution } of state.running) {
      if (await activities.holderLives(execution)) continue
      log.warn('a run is gone without a word', { pipeline, execution })
      state = leftQueue(state, execution, Date.now())
    }
  }
}

/** Whoever waits learns how many are before it and who is the next of them. */
async function tellWaiting({ running, waiting }: QueueState, place: number): Promise<void> {
  const ahead = waiting[place - 1] ?? running.at(-1)
  const { execution } = waiting[place]!
  if (ahead === undefined) return
  await told(() =>
    getExternalWorkflowHandle(execution).signal(turnWaits, { place: place + 1, behind: ahead.execution }),
  )
}

/** False when the run has ended meanwhile. */
async function told(tell: () => Promise<void>): Promise<boolean> {
  try {
    await tell()
    return true
  } catch {
    return false
  }
}
