import { capacityAt } from '../pipeline/clusters.ts'
import { sameRelease } from '../pipeline/release.ts'
import type { Attempt } from './effects.ts'
import { keeping, opOf, routeAndCheck, sameWeights } from './effects.ts'
import { Refused, ReleaseFailed } from './failures.ts'
import { remove } from './remove.ts'
import type { Effect, Onward, Removal, Room, Shifted, ShiftRequest } from './requests.ts'
import type { ServiceState, Target } from './targets/target.ts'

/**
 * Changes of traffic, each as a whole: capacity ready, then the weights, then a look whether they are in force. All of it has
 * one fence, so that a repetition finds what it has done itself, and effects of their own, so that it does none twice.
 */
export async function shift(
  target: Target,
  request: ShiftRequest,
  attempt: Attempt,
  { instances, now = Date.now }: ShiftSettings,
): Promise<Shifted> {
  const { target: name, service, fence, further = [], removal, tellAfter = null, ...first } = request
  const by = { target: name, service, fence }
  const counted = (room: Room) => ({ ...room, instances: room.instances ?? instances(service) })
  const changes = [first, ...further].map(change => ({ ...by, ...change, room: change.room.map(counted) }))
  const until = tellAfter === null ? null : now() + tellAfter
  const tells = () => until !== null && (now() >= until || attempt.signal.aborted)
  const within = (time: number | null) =>
    time === null
      ? attempt
      : { ...attempt, signal: AbortSignal.any([attempt.signal, AbortSignal.timeout(Math.max(0, time - now()))]) }
  let at = await reached(target, changes, attempt)
  let state = await shiftOnce(target, changes[at]!, attempt)
  while (++at < changes.length) {
    const left = changes.length - at
    if (tells()) return { ...state, left }
    // Whoever asks for the rest finds it where it is.
    const further = within(until === null ? null : until + tellAfter! * (latest - 1))
    try {
      state = await shiftOnce(target, changes[at]!, further)
    } catch (error) {
      if (!further.signal.aborted || attempt.signal.aborted) throw error
      return { ...state, left }
    }
  }
  if (removal === undefined || tells()) return state
  const removed = await isRemoved(target, { by, removal, state }, within(until))
  return removed ? { ...state, removed } : state
}

/** A change under way is let go for the one before it to be told, at the latest after so many times `tellAfter`. */
const latest = 3

interface ShiftSettings {
  /** How many a service starts with. */
  instances(service: string): number
  /** For `tellAfter`. */
  now?: () => number
}

type Change = Effect & Omit<Onward, 'room'> & { room: readonly Counted[] }
type Counted = Room & { instances: number }

/** Traffic does not go back to where an attempt before has brought it from. */
async function reached(target: Target, changes: readonly Change[], attempt: Attempt): Promise<number> {
  if (attempt.number === 1 || changes.length === 1) return 0
  const state = await target.current(changes[0]!.service)
  // A lease that has run out meanwhile gives weights that nobody has set yet.
  const isMade = ({ weights, room }: Change) =>
    sameWeights(weights, state.weights) &&
    room.every(({ role, release }) =>
      state.clusters.some(cluster => cluster.role === role && sameRelease(cluster.release, release)),
    )
  return Math.max(0, changes.findLastIndex(isMade))
}

/** Whoever asked for it does it by an activity of its own when it fails here, or takes long. */
async function isRemoved(
  target: Target,
  { by, removal, state }: { by: Omit<Effect, 'id'>; removal: Removal; state: ServiceState },
  attempt: Attempt,
): Promise<boolean> {
  const { roles, last } = removal
  const isThere = last !== undefined && state.clusters.some(({ role }) => role === last.role)
  const [first, ...also] = roles
  try {
    await remove(target, { ...by, ...first, also, ...(isThere ? { last } : {}) }, attempt)
    return true
  } catch {
    return false
  }
}

async function shiftOnce(target: Target, request: Change, attempt: Attempt): Promise<ServiceState> {
  const { keep, room } = request
  const work = () => allReady(target, { room, effect: request }, attempt)
  if (room.length > 0) await keeping(work, { keep, target, request, attempt })
  return routeAndCheck(target, request, attempt)
}

/** Side by side; when one fails the others are told to let go, and it is thrown once all have ended. */
async function allReady(
  target: Target,
  { room, effect }: { room: readonly Counted[]; effect: Effect },
  attempt: Attempt,
): Promise<void> {
  const failures: unknown[] = []
  const stop = new AbortController()
  const own = { ...attempt, signal: AbortSignal.any([attempt.signal, stop.signal]) }
  const make = async (one: Counted) => {
    try {
      await ready(target, { room: one, effect }, own)
    } catch (error) {
      failures.push(error)
      stop.abort(error)
    }
  }
  await Promise.all(room.map(make))
  if (failures.length > 0) throw failures[0]
}

async function ready(
  target: Target,
  { room, effect }: { room: Counted; effect: Effect },
  attempt: Attempt,
): Promise<void> {
  const { id, role, release, instances, share, recreate, keepOld } = room
  const wanted = { role, release, ...(recreate ? { recreate } : {}), ...(keepOld === false ? { keepOld } : {}) }
  const apply = (count: number, name: string) =>
    target.apply(effect.service, { ...wanted, instances: count }, opOf({ ...effect, id: name }, null, attempt))
  try {
    const state = await apply(instances, id)
    if (share === undefined) return
    const stable = state.clusters.find(cluster => cluster.role === 'stable')?.instances ?? 0
    const needed = stable > share.of ? capacityAt(share.weight, stable) : 0
    if (needed > instances) await apply(needed, `${id}-more`)
  } catch (error) {
    // When it is the old release that does not start, nothing can be said about the new one.
    if (role !== 'baseline' || !(error instanceof ReleaseFailed)) throw error
    throw new Refused(`no baseline to compare with: ${error.message}`)
  }
}
