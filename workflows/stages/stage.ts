import type { ServiceRef } from '../../activities/requests.ts'
import type { Notice } from '../../activities/stage-requests.ts'
import type { ServiceState } from '../../activities/targets/target.ts'
import type { StoredEvidence } from '../../pipeline/evidence.ts'
import type { EventKind, ExecutionEvent, Json, StageProgress } from '../../pipeline/execution.ts'
import type { Stage, StageOf, StageType } from '../../pipeline/schema/stage.ts'
import type { Desk } from '../judgment/desk.ts'
import type { Message } from '../messages.ts'
import type { Outcome } from '../outcome.ts'
import type { Timings } from '../timings.ts'
import type { UndoStack } from '../undo.ts'
import type { Grant, World } from '../world.ts'

/** What a stage may do and say while it runs. */
export interface StageContext {
  execution: string
  /** Position in the definition. */
  index: number
  /** Begins the ids of all that belongs to the stage: execution and stage. */
  prefix: string
  /** Counts the attempts of the stage within this run, from 1. */
  attempt: number
  /** When the attempt was due: what was ready when the run was started, then. Epoch milliseconds. */
  began: number
  /** The person who started the run. */
  startedBy: string
  /** Of a judgment: a hash of all that people are asked to judge. */
  seen: string | null
  /** What is told about the run, besides its status. */
  run(): Pick<Notice, 'execution' | 'pipeline' | 'application' | 'revision' | 'parameters'>
  /** A name for one effect that no other has; the same when the workflow is replayed. */
  effectId(purpose: string): string
  world: World
  timings: Timings
  /** Register the undo before the act. */
  undo: UndoStack
  steering: StageSteering
  progress(change: Partial<StageProgress>): void
  outputs(values: Readonly<Record<string, Json>>): void
  event(kind: EventKind, data: Readonly<Record<string, Json>>): void
  /** Has what a look could not record by itself recorded. */
  adopt(event: ExecutionEvent, evidence: readonly StoredEvidence[]): void
  /** `held` and `waiting`: a person has to act; `queued`: it waits by itself. */
  status(status: 'running' | 'held' | 'waiting' | 'queued', reason?: string): void
  /** Stays as the reason of a stage that succeeds. */
  note(text: string): void
  /** The service is this stage's alone until it has ended and is undone; at most one a stage. Answers with what is there, if known. */
  lock(service: ServiceRef): Promise<ServiceState | null>
  /** The present grant; throws without one. */
  grant(): Grant
  /**
   * When the stage has succeeded, whether its undos may still run later on, under another grant: answers why not, or null.
   * Without it they may not.
   */
  onReopen(check: () => Promise<string | null>): void
}

/** What people may ask of the stage; the stage says what it can take. */
export interface StageSteering {
  /** Why it cannot be promoted now; null when it can. */
  notPromotable: string | null
  promote: Message | null
  /** Why there is nothing to skip; null while it waits for something that people may cut short. */
  notSkippable: string | null
  skip: Message | null
  /** Where answers arrive while people are asked; null otherwise. */
  desk: Desk | null
  /** Why nothing that makes it go further should begin now; null when it may. Harm is acted upon all the same. */
  readonly paused: string | null
}

/** One stage type: its whole behaviour. A throw means that the answer is unknown (`errored`). */
export type StageRun<S extends Stage = Stage> = (stage: S, context: StageContext) => Promise<Outcome>

/** Stage types without an entry are refused when a pipeline is saved, and fail if they come this far. */
export type StageRegistry = { readonly [T in StageType]?: StageRun<StageOf<T>> }
