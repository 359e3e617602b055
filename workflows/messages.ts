import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow'
import type { Execution } from '../pipeline/execution.ts'
import type { RunFreeze } from '../pipeline/freezes.ts'

/**
 * Everything that can be said to a running execution. Signals are durable without a worker; updates can say no.
 * Definitions and types only: the API imports this file.
 */

export interface Message {
  /** The principal who asked; authorisation is done by the API. */
  by: string
  /** The person behind `by`, however they came: nobody counts twice. */
  subject?: string
  reason?: string
  /** Of `promote` and `skip`: the stage that is meant, when more than one could be. */
  stage?: string
}

export type JudgmentInputs = Readonly<Record<string, string | number>>

/** An answer to a judgment. `reason` is its comment; a rejection needs one. */
export interface JudgmentMessage extends Message {
  stage: string
  decision: 'approve' | 'reject'
  /** Of `by`, as the API knows them. */
  roles?: readonly string[]
  inputs?: JudgmentInputs
  /** Hash of what was looked at, as the stage told it. */
  seen: string
  /** Whoever started the run may approve it all the same; that `by` has the right to is checked by the API. */
  override?: boolean
}

/** Ends the run and undoes what is open. Always accepted. */
export const cancel = defineSignal<[Message]>('cancel')

/** Ends the run and undoes committed stages too, newest first, while old versions are warm. Always accepted. */
export const rollback = defineSignal<[Message]>('rollback')

/** Ends the hold or the step of the canary that is running and promotes it; refused when no canary is. */
export const promote = defineUpdate<Execution, [Message]>('promote')

/** Nothing new begins: no stage, no attempt, no step of a canary. Harm is acted upon all the same. */
export const pause = defineUpdate<Execution, [Message]>('pause')

/** Goes on; refused when it is not paused. */
export const resume = defineUpdate<Execution, [Message]>('resume')

/** Ends a wait, or the waiting for a window; refused when nothing waits. */
export const skip = defineUpdate<Execution, [Message]>('skip')

/** Approves or rejects; refused when the answer does not count (`judgment/refused.ts`). */
export const judge = defineUpdate<Execution, [JudgmentMessage]>('judge')

/** Every freeze that concerns the run, now or later, instead of those told before. */
export const freezes = defineSignal<[readonly RunFreeze[]]>('freezes')

/** No freeze concerns the run any more; that `by` has the right to is checked by the API. */
export const overrideFreezes = defineSignal<[Message]>('override-freezes')

/** How a question fails that came between two steps; it can be asked again (`whole-steps.ts`). */
export const unfinishedStep = 'the question met a step that has not begun: ask again'

/** The whole state of the run. */
export const state = defineQuery<Execution>('state')

export const taskQueue = 'slipway'
export const pipelineExecutionType = 'pipelineExecution'
export const canaryAnalysisType = 'canaryAnalysis'
export const targetLockType = 'targetLock'
export const scheduledTriggerType = 'scheduledTrigger'

/** Workflow ids: one run is one workflow, so its id is the execution's id. */
export function lockId(target: string, service: string): string {
  return `lock/${target}/${service}`
}

/** Who wants to be the only one to change a service. `claim` tells several of one execution apart. */
export interface LockClaim {
  execution: string
  claim: string
}

/** To a lock: a claim, which waits in line; the same claim again changes nothing. */
export const acquireLock = defineSignal<[LockClaim]>('acquire')

/** The same as an update: answers with the fence when the service is free, else with null; then it will be told. */
export const claimLock = defineUpdate<number | null, [LockClaim]>('claim')

/** To a lock: the claim is given back or given up. */
export const releaseLock = defineSignal<[LockClaim]>('release')

/** To a lock: its holder keeps `previous` warm until then (epoch milliseconds), even if the holder should die; null: no more. */
export const keepWarm = defineSignal<[LockClaim, number | null]>('warm')

/** To an execution: the service is its own from now on. Every effect carries the fence. */
export const lockGranted = defineSignal<[LockClaim & { target: string; service: string; fence: number }]>('granted')

/** To an execution: somebody else has it. */
export const lockBusy = defineSignal<[LockClaim & { target: string; service: string; holder: string }]>('busy')

/** Of a lock: who has it and who waits. */
export const lockState = defineQuery<LockState>('lock')

export interface LockState {
  holder: LockHolder | null
  /** First in line first. */
  queue: LockWaiter[]
  /** The newest one that was given. */
  fence: number
  /** Until when `previous` is kept warm; epoch milliseconds. */
  warmUntil: number | null
}

/** `since`: epoch milliseconds. */
export interface LockWaiter extends LockClaim {
  since: number
}

export interface LockHolder extends LockWaiter {
  fence: number
}

export const pipelineQueueType = 'pipelineQueue'

export function queueId(pipeline: string): string {
  return `queue/${pipeline}`
}

/** To a queue: a run that wants to begin; the same one again changes nothing. */
export const joinQueue = defineSignal<[Omit<QueueWaiter, 'since'>]>('join')

/** To a queue: the run has ended, or does not want to begin any more. */
export const leaveQueue = defineSignal<[string]>('leave')

/** To an execution: it may begin. */
export const turnGranted = defineSignal<[]>('turn-granted')

/** To an execution: it may not begin, and why. */
export const turnRefused = defineSignal<[string]>('turn-refused')

/** To an execution: it is the `place`th in line (from 1), right behind another run. */
export const turnWaits = defineSignal<[{ place: number; behind: string }]>('turn-waits')

/** Of a queue: which runs of the pipeline are at work and which wait. */
export const queueState = defineQuery<QueueState>('queue')

export interface QueueState {
  running: { execution: string; since: number; told: boolean }[]
  /** First in line first. */
  waiting: QueueWaiter[]
  /** Those that may not begin and do not know it yet. */
  refused: { execution: string; reason: string }[]
}

/** `limit` and `whenBusy` are those of its definition; `since`: epoch milliseconds. */
export interface QueueWaiter {
  execution: string
  limit: number
  whenBusy: 'queue' | 'replace' | 'reject'
  since: number
}

/** What a time of a schedule is to start. */
export interface ScheduledTrigger {
  pipeline: string
  cron: string
  parameters: Readonly<Record<string, string | number | boolean>>
}
