import type { Verdict } from './canary/judge.ts'
import type { JudgmentInput } from './schema/stages/judgment.ts'
import type { ExecutionStatus, StageStatus } from './statuses.ts'

/** Plain JSON: all that may cross a workflow, an activity, the store or the wire. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }

export type ParameterValue = string | number | boolean

/** ISO 8601 in UTC with milliseconds, as `Date.prototype.toISOString` writes it. */
export type Timestamp = string

/** What started a run. */
export interface Trigger {
  type: 'api' | 'webhook' | 'schedule' | 'git' | 'pipeline' | 'registry' | 'retry' | 'rollback'
  /** The principal's name, or the source of a webhook. */
  by: string
  detail?: string
  /** The person behind `by`, for four-eyes rules. */
  subject?: string
}

/** One run of a pipeline, as everyone sees it: store, API, CLI and UI. */
export interface Execution {
  id: string
  pipeline: string
  application: string
  /** Commit, or content hash of a configured directory. */
  revision: string
  definitionHash: string
  status: ExecutionStatus
  attempt: number
  retryOf: string | null
  rollbackOf: string | null
  trigger: Trigger
  parameters: Readonly<Record<string, ParameterValue>>
  createdAt: Timestamp
  endedAt: Timestamp | null
  /** Why it has the status it has, in words; null while there is nothing to say. */
  reason: string | null
  /** Position of the newest event of this execution in the store; 0 before the first one. */
  position: number
  stages: StageState[]
}

export interface StageState {
  id: string
  type: string
  status: StageStatus
  attempt: number
  startedAt: Timestamp | null
  endedAt: Timestamp | null
  reason: string | null
  /** Available to later stages; of a canary: `verdict`, `release`, `score`. */
  outputs: Readonly<Record<string, Json>>
  /** What is going on inside, for whoever watches; null when there is nothing. */
  progress: StageProgress | null
  /** The execution that did its work, when this one is a later attempt and did not have to. */
  reusedFrom?: string
}

export interface StageProgress {
  /** `starting` | `analysing` | `promoting` | `baking` | `rolling back` | … */
  phase: string
  target?: string
  service?: string
  release?: string
  /** Share of live traffic, percent, per cluster. */
  weights?: Readonly<Record<string, number>>
  /** Index of the current canary step, from 0. */
  step?: number
  steps?: number
  verdict?: Verdict
  message?: string
  /** Of a judgment that waits for people. */
  judgment?: JudgmentProgress
}

/** What people are asked, and who has answered. */
export interface JudgmentProgress {
  instructions: string | null
  /** How many different people must approve, and who may; null: everyone with the right to judge. */
  approvals: number
  approvers: readonly string[] | null
  fourEyes: boolean
  given: readonly { by: string; at: Timestamp }[]
  until: Timestamp
  /** How often those who can judge were reminded; absent: never. */
  reminders?: number
  /** Hash of all that is judged; an answer has to name it. */
  seen: string
  inputs: Readonly<Record<string, JudgmentInput>>
}

/**
 * One thing that happened in a run. (execution, sequence) is unique. The run numbers its events from 1; the looks of a
 * canary are recorded without asking the run, so they count in ranges of their own (`lookSequence`).
 */
export interface ExecutionEvent {
  execution: string
  sequence: number
  at: Timestamp
  kind: EventKind
  stage?: string
  data: Readonly<Record<string, Json>>
}

/** Sequence of a look's event: never one of the run's own, and no two stages share one. Fits 32 bits. */
export function lookSequence(stageIndex: number, look: number): number {
  return (stageIndex + 1) * 1_000_000 + look
}

const looksOfAttempt = 50_000

/** Looks before the first one of an attempt: no two attempts of a stage have a look in common. */
export function firstLook(attempt: number): number {
  return (attempt - 1) * looksOfAttempt
}

/** An event as the store hands it out: `position` grows over all executions without gaps. */
export interface StoredEvent extends ExecutionEvent {
  position: number
}

export const eventKinds = [
  'execution.status',
  'stage.status',
  'stage.progress',
  'canary.look',
  'canary.verdict',
  'gate.answered',
  'weights.changed',
  'undo.started',
  'undo.done',
  'undo.failed',
  'message.received',
  'judgment.requested',
  'judgment.given',
  'judgment.reminder',
  'lock.waiting',
  'lock.acquired',
  'freeze.changed',
  'release.quarantined',
] as const

export type EventKind = (typeof eventKinds)[number]
