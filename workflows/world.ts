import type { Activities, ServiceRef, Unrecorded } from '../activities/requests.ts'
import type { ServiceState } from '../activities/targets/target.ts'
import type { AnalysisRequest, AnalysisResult } from './analysis.ts'
import type { Patch } from './patches.ts'

/**
 * All the interpreter and its stages know of the outside. In a worker it is Temporal (`temporal-world.ts`); a simulation
 * gives them time, activities and locks of its own and runs the very same code.
 */
export interface World {
  /** Epoch milliseconds; stands still between two awaits. */
  now(): number
  /** When the run was started, which is before anybody could begin with it; epoch milliseconds. */
  started: number
  /** Throws when the scope it is called in is canceled; so do all that follow. */
  sleep(milliseconds: number): Promise<void>
  /** Resolves with whether the condition came to hold within the time. */
  condition(holds: () => boolean, timeout?: number): Promise<boolean>
  /** Gives up after some minutes without an answer. */
  activities: Activities
  /** For undoing: the same activities, asked for as long as there is any hope. */
  patient: Activities
  /**
   * Runs the analysis of one canary step, in a workflow of its own when it is long; when it is canceled it answers with what
   * it has. `adopt` takes what a look could not record, unless the answer brings it.
   */
  analyse(id: string, request: AnalysisRequest, adopt: (one: Unrecorded) => void): Promise<AnalysisResult>
  locks: Locks
  turns: Turns
  /** Starts work that can be canceled apart from what surrounds it. */
  scope<T>(work: () => Promise<T>): Scope<T>
  /** Work that goes on when what surrounds it is canceled. */
  shielded<T>(work: () => Promise<T>): Promise<T>
  isCancellation(error: unknown): boolean
  /** Whether the run began after this change of behaviour (`patches.ts`). */
  patched(id: Patch): boolean
  /** Throws when the scope it is called in is canceled. */
  checkCanceled(): void
  /** What went wrong, in the words of whoever knows best. */
  explain(error: unknown): Problem
}

export interface Scope<T> {
  result: Promise<T>
  cancel(): void
}

export interface Problem {
  /** Kind of `activities/failures.ts`, or the name of the error. */
  kind: string
  message: string
}

export interface Locks {
  /**
   * Resolves when the service is ours alone. Canceled while waiting, the claim is withdrawn. `onWait` is told when somebody
   * else has it.
   */
  acquire(claim: Claim, onWait: (holder: string) => void): Promise<Grant>
}

export interface Turns {
  /**
   * Resolves when the run may begin, or with why it may not. Canceled while waiting, it is no longer in line. `onWait` is
   * told its place (from 1) and the run before it.
   */
  take(request: TurnRequest, onWait: (place: number, behind: string) => void): Promise<Turn>
}

export interface TurnRequest {
  pipeline: string
  limit: number
  whenBusy: 'queue' | 'replace' | 'reject'
}

export type Turn = { granted: true; leave(): Promise<void> } | { granted: false; reason: string }

/** `claim` tells several of one execution apart. */
export interface Claim extends ServiceRef {
  claim: string
}

export interface Grant extends Claim {
  /** Goes up with every grant; it may be raised by the holder, by less than `fenceStep`. */
  fence: number
  /** What was there when it was granted; null when nobody looked. */
  seen: ServiceState | null
  release(): Promise<void>
  /** `previous` is kept warm until then (epoch milliseconds), whatever becomes of the holder; null: no more. */
  warm(until: number | null): Promise<void>
}

/** Distance between the fences of two grants. What is in between is the holder's, to shut out its own stragglers. */
export const fenceStep = 1_000
