import type { LockClaim, LockHolder, LockState } from './messages.ts'
import { fenceStep } from './world.ts'

/** Who has a service and who waits: every change as a function from state to state. First come, first served. */

export const freeLock: LockState = { holder: null, queue: [], fence: 0, warmUntil: null }

/** A claim that holds or waits already changes nothing. */
export function joined(state: LockState, { execution, claim }: LockClaim, now: number): LockState {
  const known = [...(state.holder === null ? [] : [state.holder]), ...state.queue]
  if (known.some(one => isSame(one, { execution, claim }))) return state
  return { ...state, queue: [...state.queue, { execution, claim, since: now }] }
}

/** The first in line becomes the holder, with a fence above all before it, also of locks that were forgotten. */
export function granted(state: LockState, now: number): LockState {
  const [first, ...queue] = state.queue
  if (first === undefined || state.holder !== null) return state
  const fence = nextFence(state, now)
  return { ...state, fence, queue, holder: { ...first, since: now, fence } }
}

/** Null when somebody else has it. */
export function fenceOf({ holder }: LockState, claim: LockClaim): number | null {
  return holder !== null && isSame(holder, claim) ? holder.fence : null
}

/** The claim neither holds nor waits any more. */
export function left(state: LockState, claim: LockClaim): LockState {
  const holds = state.holder !== null && isSame(state.holder, claim)
  return {
    ...state,
    holder: holds ? null : state.holder,
    warmUntil: holds ? null : state.warmUntil,
    queue: state.queue.filter(one => !isSame(one, claim)),
  }
}

/** Told by the holder only. */
export function keptWarm(state: LockState, claim: LockClaim, until: number | null): LockState {
  return isHeldBy(state.holder, claim) ? { ...state, warmUntil: until } : state
}

/** The holder is gone without a word: what it left has to be settled, under a fence of its own. */
export function abandoned(state: LockState, now: number): LockState {
  return { ...state, holder: null, fence: nextFence(state, now) }
}

function nextFence(state: LockState, now: number): number {
  return Math.max(state.fence + fenceStep, now)
}

function isHeldBy(holder: LockHolder | null, claim: LockClaim): boolean {
  return holder !== null && isSame(holder, claim)
}

function isSame(a: LockClaim, b: LockClaim): boolean {
  return a.execution === b.execution && a.claim === b.claim
}
