import { z } from 'zod'
import { roles } from '../../pipeline/clusters.ts'
import type {
  Execution,
  ExecutionEvent,
  Json,
  JudgmentProgress,
  StageState,
  StoredEvent,
} from '../../pipeline/execution.ts'
import { eventKinds } from '../../pipeline/execution.ts'
import type { JudgmentInput } from '../../pipeline/schema/stages/judgment.ts'
import type { ExecutionStatus, StageStatus } from '../../pipeline/statuses.ts'
import { executionStatuses, stageStatuses } from '../../pipeline/statuses.ts'

/** What leaves the server about executions. Allow-lists: a key that is not named here is not sent. */

const timestamp = z.string()
/** From the store, where nothing but JSON can be; looking at every leaf again would cost more than all the rest. */
const json = z.unknown() as unknown as z.ZodType<Json, Json>
const scalar = z.union([z.string(), z.number(), z.boolean()])

export const executionStatus = z.enum(Object.keys(executionStatuses) as [ExecutionStatus, ...ExecutionStatus[]])
export const stageStatus = z.enum(Object.keys(stageStatuses) as [StageStatus, ...StageStatus[]])
export const verdict = z.enum(['pass', 'fail', 'insufficient', 'errored'])

/** Percent of live traffic per cluster. */
export const weights = z.partialRecord(z.enum(roles), z.number())

const input = z.union([
  z.object({
    type: z.literal('text'),
    description: z.string().optional(),
    maxLength: z.int(),
    required: z.boolean(),
  }),
  z.object({
    type: z.literal('number'),
    description: z.string().optional(),
    min: z.number().optional(),
    max: z.number().optional(),
    required: z.boolean(),
  }),
  z.object({
    type: z.literal('choice'),
    description: z.string().optional(),
    options: z.array(z.string()),
    required: z.boolean(),
  }),
]) satisfies z.ZodType<JudgmentInput>

/** A judgment that waits for people: what they are asked, who has answered, what an answer has to name. */
export const judgmentProgress = z.object({
  instructions: z.string().nullable(),
  approvals: z.int(),
  approvers: z.array(z.string()).readonly().nullable(),
  fourEyes: z.boolean(),
  given: z.array(z.object({ by: z.string(), at: timestamp })).readonly(),
  reminders: z.number().int().optional(),
  until: timestamp,
  /** Sent back as `If-Match`. */
  seen: z.string(),
  inputs: z.record(z.string(), input),
}) satisfies z.ZodType<JudgmentProgress>

const progress = z.object({
  phase: z.string(),
  target: z.string().optional(),
  service: z.string().optional(),
  release: z.string().optional(),
  weights: z.record(z.string(), z.number()).optional(),
  step: z.int().optional(),
  steps: z.int().optional(),
  verdict: verdict.optional(),
  message: z.string().optional(),
  judgment: judgmentProgress.optional(),
})

export const stageState = z.object({
  id: z.string(),
  type: z.string(),
  status: stageStatus,
  attempt: z.int(),
  startedAt: timestamp.nullable(),
  endedAt: timestamp.nullable(),
  reason: z.string().nullable(),
  outputs: z.record(z.string(), json),
  progress: progress.nullable(),
  /** The execution that did its work: this attempt did not have to. */
  reusedFrom: z.string().optional(),
}) satisfies z.ZodType<StageState>

export const execution = z.object({
  id: z.string(),
  pipeline: z.string(),
  application: z.string(),
  revision: z.string(),
  definitionHash: z.string(),
  status: executionStatus,
  attempt: z.int(),
  retryOf: z.string().nullable(),
  rollbackOf: z.string().nullable(),
  trigger: z.object({
    type: z.enum(['api', 'webhook', 'schedule', 'git', 'pipeline', 'registry', 'retry', 'rollback']),
    by: z.string(),
    detail: z.string().optional(),
  }),
  parameters: z.record(z.string(), scalar),
  createdAt: timestamp,
  endedAt: timestamp.nullable(),
  reason: z.string().nullable(),
  position: z.int(),
  stages: z.array(stageState),
}) satisfies z.ZodType<Execution>

/** An activity that is due and has not answered: why a run does not move. */
export const pendingActivity = z.object({
  name: z.string(),
  state: z.enum(['scheduled', 'started', 'canceling', 'paused']),
  attempt: z.int(),
  /** The workflow that waits for it: the execution itself or one of its canaries. */
  workflow: z.string(),
  scheduledAt: timestamp.nullable(),
  startedAt: timestamp.nullable(),
  nextAttemptAt: timestamp.nullable(),
  lastFailure: z.string().nullable(),
})

export type PendingActivity = z.output<typeof pendingActivity>

export const executionDetail = execution.extend({
  /** Null when the engine cannot be asked at the moment; empty when nothing is pending. */
  pending: z.array(pendingActivity).nullable(),
})

export type ExecutionDetail = z.output<typeof executionDetail>

export const executionPage = z.object({
  items: z.array(execution),
  /** Opaque; pass it as `cursor`. Null on the last page. */
  next: z.string().nullable(),
})

export type ExecutionPage = z.output<typeof executionPage>

const event = z.object({
  execution: z.string(),
  sequence: z.int(),
  at: timestamp,
  kind: z.enum(eventKinds),
  stage: z.string().optional(),
  data: z.record(z.string(), json),
}) satisfies z.ZodType<ExecutionEvent>

/** `data` of one message of the event stream; the message's `id` is the position. */
export const storedEvent = event.extend({ position: z.int() }) satisfies z.ZodType<StoredEvent>

/** What starts a run. */
export const startBody = z.strictObject({
  parameters: z.record(z.string().max(63), z.union([z.string().max(16_384), z.number(), z.boolean()])).default({}),
  /** Begin and go on in spite of any freeze; needs the permission `freeze:override`. */
  overrideFreezes: z.boolean().optional(),
})

/** A cancel or rollback was taken on. */
export const accepted = z.object({
  /** The execution to follow: the one that was named, or the linked one that takes back what the named one did. */
  execution: z.string(),
  linked: z.boolean(),
})

export type Accepted = z.output<typeof accepted>
