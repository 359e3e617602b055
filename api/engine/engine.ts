import type { Execution } from '../../pipeline/execution.ts'
import type { RunFreeze } from '../../pipeline/freezes.ts'
import type { ExecutionInput } from '../../store/store.ts'
import type { RefusalKind } from '../../workflows/judgment/refused.ts'
import type { Message } from '../../workflows/messages.ts'
import type { PendingActivity } from '../contract/execution.ts'
import type { LockView, QueueView } from '../contract/targets.ts'

/**
 * What the API asks of the workflow engine. Every method rejects with `EngineUnavailable` when the engine cannot be
 * reached in time, so that callers can tell "no" from "not now".
 */
export interface Engine {
  /**
   * Starts the run's workflow; does nothing when it was started before. `memo` is kept beside it; `freezes` are the first
   * thing that it hears.
   */
  start(input: ExecutionInput, memo: Readonly<Record<string, string>>, freezes?: readonly RunFreeze[]): Promise<void>
  tellFreezes(execution: string, freezes: readonly RunFreeze[]): Promise<'delivered' | 'ended'>
  overrideFreezes(execution: string, message: Message): Promise<'delivered' | 'ended'>
  /** `ended`: nothing runs under this id (any more). A delivered signal is durable, with or without a worker. */
  signal(execution: string, signal: 'cancel' | 'rollback', message: Message): Promise<'delivered' | 'ended'>
  /** The same for a run whose workflow may not exist yet: it is started with the signal as the first thing it sees. */
  startWithSignal(
    input: ExecutionInput,
    signal: 'cancel' | 'rollback',
    message: Message,
  ): Promise<'delivered' | 'ended'>
  /**
   * The state after the message was taken on; rejects with `MessageRefused` when the run says no. `id` makes a repeated
   * message one.
   */
  ask(execution: string, update: Update, message: Message, id: string): Promise<Execution>
  /** What the run and its canaries wait for; empty when nothing runs under this id. */
  pending(execution: string): Promise<PendingActivity[]>
  lock(target: string, service: string): Promise<LockView>
  queue(pipeline: string): Promise<Pick<QueueView, 'running' | 'waiting'>>
  ping(): Promise<void>
  /** Whether a worker asked for work lately. */
  hasWorker(): Promise<boolean>
}

/** Messages that a run can refuse; `judge` takes a `JudgmentMessage`. */
export type Update = 'promote' | 'pause' | 'resume' | 'skip' | 'judge'

/** "Not now", never "no"; the message is for the caller. */
export class EngineUnavailable extends Error {
  constructor(cause: unknown, message = 'the workflow engine cannot be reached') {
    super(message, { cause })
    this.name = 'EngineUnavailable'
  }
}

/** Why a run said no, or `ended`: nothing runs under this id any more. */
export type RefusalReason = RefusalKind | 'ended'

/** The run understood the message and refused it. */
export class MessageRefused extends Error {
  readonly why: RefusalReason

  constructor(reason: string, why: RefusalReason) {
    super(reason)
    this.name = 'MessageRefused'
    this.why = why
  }
}
