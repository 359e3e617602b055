import { condition, getExternalWorkflowHandle, log, setHandler } from '@temporalio/workflow'
import type { ServiceRef } from '../activities/requests.ts'
import { abandoned, fenceOf, freeLock, granted, joined, keptWarm, left } from './lock-queue.ts'
import type { LockState } from './messages.ts'
import { acquireLock, claimLock, keepWarm, lockBusy, lockGranted, lockState, releaseLock } from './messages.ts'
import { isDue, renew } from './renewal.ts'
import { activitiesFor, explain } from './temporal-world.ts'
import type { Timings } from './timings.ts'
import { defaultTimings } from './timings.ts'
import { fenceStep } from './world.ts'

export type LockTimings = Pick<Timings, 'lockCheck' | 'lockCheckWaiting' | 'lockIdle'>

/**
 * The one writer per service and target. Grants in order, checks that the holder lives, settles what a dead one left
 * behind, and ends itself when nobody wants it; a claim that comes at that moment keeps it alive (a workflow cannot end
 * with a signal unread).
 */
export async function targetLock(
  service: ServiceRef,
  timings: Partial<LockTimings> = {},
  before: LockState = freeLock,
): Promise<void> {
  const { lockCheck, lockCheckWaiting, lockIdle } = { ...defaultTimings, ...timings }
  const activities = activitiesFor(defaultTimings.undoPatience)
  let state = before
  let settling = false
  setHandler(acquireLock, claim => {
    state = joined(state, claim, Date.now())
    if (state.holder !== null) void tellBusy(service, state)
  })
  setHandler(claimLock, claim => {
    const now = Date.now()
    state = joined(state, claim, now)
    if (state.queue.length === 1 && !settling) state = granted(state, now)
    const fence = fenceOf(state, claim)
    if (fence === null) void tellBusy(service, state)
    return fence
  })
  setHandler(releaseLock, claim => {
    state = left(state, claim)
  })
  setHandler(keepWarm, (claim, until) => {
    state = keptWarm(state, claim, until)
  })
  setHandler(lockState, () => state)

  const isWanted = () => state.queue.length > 0 || state.holder !== null
  while (!isDue()) {
    if (state.holder !== null) {
      const { execution, fence } = state.holder
      const free = () => state.holder?.fence !== fence
      const ended = await condition(free, aboutAs(state.queue.length > 0 ? lockCheckWaiting : lockCheck))
      if (ended || (await activities.holderLives(execution)) || free()) continue
      log.warn('the holder of a lock is gone', { ...service, execution })
      state = abandoned(state, Date.now())
      await settle()
      continue
    }
    if (state.queue.length > 0) {
      state = granted(state, Date.now())
      await tellGranted()
      continue
    }
    const { warmUntil } = state
    // Whoever comes after it is forgotten gets a fence from the clock, which many grants in a short time are ahead of.
    const forgotten = Math.max(lockIdle, state.fence + fenceStep - Date.now())
    const wanted = await condition(isWanted, warmUntil === null ? forgotten : untilThen(warmUntil))
    if (wanted || isWanted()) continue
    if (warmUntil === null) return
    state = { ...abandoned(state, Date.now()), warmUntil: null }
    await settle()
  }
  await renew<typeof targetLock>(service, timings, state)

  /** To one healthy version; `previous` stays while it is to be kept warm. */
  async function settle(): Promise<void> {
    const { fence, warmUntil } = state
    settling = true
    try {
      const done = await activities.settle({ ...service, id: `settle/${fence}`, fence, warmUntil })
      log.info('a service was settled', { ...service, done })
    } catch (error) {
      log.error('a service could not be settled', { ...service, error: explain(error).message })
    } finally {
      settling = false
    }
  }

  /** A holder that has ended meanwhile is passed over. */
  async function tellGranted(): Promise<void> {
    const { holder } = state
    if (holder === null) return
    const { execution, claim, fence } = holder
    try {
      await getExternalWorkflowHandle(execution).signal(lockGranted, { ...service, execution, claim, fence })
    } catch {
      state = left(state, holder)
    }
  }
}

/** The newest claim learns who is in its way. */
async function tellBusy(service: ServiceRef, { holder, queue }: LockState): Promise<void> {
  const last = queue.at(-1)
  if (holder === null || last === undefined) return
  const { execution, claim } = last
  try {
    const busy = { ...service, execution, claim, holder: holder.execution }
    await getExternalWorkflowHandle(execution).signal(lockBusy, busy)
  } catch {
    // It has ended meanwhile, and will be passed over when its turn comes.
  }
}

/** Locks that were taken together look around one after another. */
function aboutAs(time: number): number {
  return Math.round(time * (0.75 + Math.random() / 2))
}

function untilThen(time: number): number {
  return Math.max(1, time - Date.now())
}
