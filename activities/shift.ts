import { capacityAt } from '../pipeline/clusters.ts'
import type { Attempt } from './effects.ts'
import { keeping, opOf, routeAndCheck, sameWeights } from './effects.ts'
import { Refused, ReleaseFailed } from './failures.ts'
import type { Effect, Room, ShiftRequest } from './requests.ts'
import type { ServiceState, Target } from './targets/target.ts'

/**
 * Changes of traffic, each as a whole: capacity ready, then the weights, then a look whether they are in force. All of it has
 * one fence, so that a repetition finds what it has done itself, and effects of their own, so that it does none twice.
 */
export async function shift(target: Target, request: ShiftRequest, attempt: Attempt): Promise<ServiceState> {
  const { further = [], ...first } = request
  const changes: ShiftRequest[] = [first, ...further.map(onward => ({ ...first, ...onward }))]
  let at = await reached(target, changes, attempt)
  let state = await shiftOnce(target, changes[at]!, attempt)
  while (++at < changes.length) state = await shiftOnce(target, changes[at]!, attempt)
  return state
}

/** Traffic does not go back to where an attempt before has brought it from. */
async function reached(target: Target, changes: readonly ShiftRequest[], attempt: Attempt): Promise<number> {
  if (attempt.number === 1 || changes.length === 1) return 0
  const { weights } = await target.current(changes[0]!.service)
  return Math.max(
    0,
    changes.findLastIndex(change => sameWeights(change.weights, weights)),
  )
}

async function shiftOnce(target: Target, request: ShiftRequest, attempt: Attempt): Promise<ServiceState> {
  const { keep, room } = request
  const work = () => allReady(target, { room, effect: request }, attempt)
  if (room.length > 0) await keeping(work, { keep, target, request, attempt })
  return routeAndCheck(target, request, attempt)
}

/** Side by side; when one fails the others are told to let go, and it is thrown once all have ended. */
async function allReady(
  target: Target,
  { room, effect }: { room: readonly Room[]; effect: Effect },
  attempt: Attempt,
): Promise<void> {
  const failures: unknown[] = []
  const stop = new AbortController()
  const own = { ...attempt, signal: AbortSignal.any([attempt.signal, stop.signal]) }
  const make = async (one: Room) => {
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
  { room, effect }: { room: Room; effect: Effect },
  attempt: Attempt,
): Promise<void> {
  const { id, role, release, instances, share, keepOld } = room
  const wanted = { role, release, ...(keepOld === false ? { keepOld } : {}) }
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
