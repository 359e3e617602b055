import type { CompactEvidence, CompactLook } from '../pipeline/canary/compact-evidence.ts'
import type { Judgment, Verdict } from '../pipeline/canary/judge.ts'
import type { Role, Weights } from '../pipeline/clusters.ts'
import type { StoredEvidence } from '../pipeline/evidence.ts'
import type { ExecutionEvent } from '../pipeline/execution.ts'
import type { ExpressionContext } from '../pipeline/expressions/evaluate.ts'
import type { Release } from '../pipeline/release.ts'
import type { Analysis } from '../pipeline/schema/analysis.ts'
import type { Stage } from '../pipeline/schema/stage.ts'
import type { RecordBatch } from '../store/store.ts'
import type { StageActivities } from './stage-requests.ts'
import type { ServiceState } from './targets/target.ts'

/** What workflows ask of activities and what they get. Types only; all of it is small, plain JSON. */

export interface ServiceRef {
  target: string
  service: string
}

/** One effect: the target does it once per `id`, and refuses it when a newer writer has been there. */
export interface Effect extends ServiceRef {
  id: string
  fence: number
}

/** Weights that are in force under a lease, and have to be renewed while something takes long. */
export interface Keep {
  weights: Weights
  /** Milliseconds. */
  lease: number
}

export interface ApplyRequest extends Effect {
  role: Role
  release: Release
  /** Null: as many as the target is configured to start with. */
  instances: number | null
  keep: Keep | null
  recreate?: true
  keepOld?: false
}

export interface RouteRequest extends Effect {
  weights: Weights
  /** Null: until the next change. */
  lease: number | null
  /** Of how many requests, percent, the canary gets a copy; absent: of none. */
  mirror?: number
}

export interface CurrentRequest extends ServiceRef {
  /** It is going to copy requests: refused where the router turns out not to. */
  mirrors?: true
}

/** Capacity before traffic: clusters that have to be ready before the weights change. */
export interface ShiftRequest extends RouteRequest {
  room: Room[]
  /** What is in force while room is made. */
  keep: Keep | null
  /** What follows at once. */
  further?: Onward[]
  /** What ends when all changes are made. */
  removal?: Removal
  /**
   * Milliseconds. When they are over it answers after the change that is under way, so that the run can tell what is in
   * force, and leaves the rest to be asked for. Absent: it goes on to the end.
   */
  tellAfter?: number
}

/** A further change of the same service by the same writer. */
export type Onward = Pick<ShiftRequest, 'id' | 'room' | 'keep' | 'weights' | 'lease' | 'mirror'>

/** Clusters to be ended side by side, each by an effect of its own, then the last one, if it is there. */
export interface Removal {
  roles: readonly [RemovedRole, ...RemovedRole[]]
  last?: RemovedRole
}

export interface RemovedRole {
  id: string
  role: Role
}

/** What is there after the last change that was made. */
export interface Shifted extends ServiceState {
  /** How many changes, from the end, are left to be made; absent: none. */
  left?: number
  /** What was to be removed then is gone; absent: it is left, or some of it could not be. */
  removed?: true
}

export interface Room {
  /** Of its own effect. */
  id: string
  role: Role
  release: Release
  /** Null: as many as the target is configured to start with. */
  instances: number | null
  /** The share of traffic that it is for, percent, of so many stable instances: it grows with those that were added since. */
  share?: { weight: number; of: number }
  recreate?: true
  keepOld?: false
}

export interface RemoveRequest extends Effect {
  role: Role
  /** What goes as well, each by an effect of its own. */
  also?: RemovedRole[]
  /** What goes when all others have. */
  last?: RemovedRole
}

export interface HoldRequest extends Effect {
  keep: Keep
}

export interface SettleRequest extends ServiceRef {
  id: string
  fence: number
  /** Epoch milliseconds until which `previous` stays; null: it goes, too. */
  warmUntil: number | null
}

export interface ResolveRequest {
  stage: Stage
  context: ExpressionContext
  /** Epoch milliseconds of the run, for windows. */
  now?: number
  /** Whose releases in quarantine are refused; absent: none are. */
  application?: string
  /** Hash of the definition that runs, for judgments. */
  definition?: string
  /** Images of the run as they are written, and the digests that are known already. */
  images?: string[]
  pins?: Record<string, string>
}

export type Resolved =
  /**
   * `opensAt`: when its windows let it start, epoch milliseconds; absent when they do now. `seen`: of a judgment, a hash of
   * all that people are asked to judge. `pins`: digests by image that were not known yet.
   */
  | { outcome: 'run'; stage: Stage; opensAt?: number; seen?: string; pins?: Record<string, string> }
  /** Its `when` does not hold. */
  | { outcome: 'skip'; reason: string }
  /** An expression failed, or gave what the stage cannot take. */
  | { outcome: 'failed'; reason: string }

export interface Cluster {
  role: Role
  version: string
}

export interface LookRequest extends ServiceRef {
  execution: string
  stage: string
  /** Position of the stage in the definition. */
  stageIndex: number
  /** Counts the looks of the stage from 1. */
  look: number
  step: number
  /** Epoch milliseconds. */
  from: number
  to: number
  analysis: Analysis
  canary: Cluster
  /** Null in the bake: nothing but the new version has traffic, the rate before it is the baseline. */
  baseline: Cluster | null
  weights: Weights
  mirror?: number
  /** Of the looks before this one. */
  evidence: CompactEvidence
  /** No look follows: what cannot be read now is `errored`. */
  last: boolean
  /** Renews the weights unless the verdict is `fail`; null when they need no lease. */
  renew: { id: string; fence: number; lease: number } | null
}

export interface Look {
  verdict: Verdict
  /** One sentence. */
  reason: string
  /** What was seen, to be added to the evidence. */
  seen: CompactLook
  /** Whole when the verdict is not `insufficient`, or at the last look; else null. */
  judgment: Judgment | null
  /** Why the lease could not be renewed; null when it was, or need not be. */
  notRenewed: string | null
  /** What the store did not take in time; null when it did. */
  unrecorded: Unrecorded | null
}

/** Belongs together: either all of it is recorded, or none. */
export interface Unrecorded {
  event: ExecutionEvent
  evidence: StoredEvidence[]
}

/** Last argument of an activity whose run has something to record: it is recorded while the activity acts. */
export interface Alongside {
  alongside: RecordBatch
}

export interface LockRequest extends ServiceRef {
  /** The workflow to be told. */
  execution: string
  /** Tells several claims of one execution apart. */
  claim: string
}

export interface TurnOrder {
  pipeline: string
  execution: string
  limit: number
  whenBusy: 'queue' | 'replace' | 'reject'
}

/** A time of a schedule that went off; `id` holds the time. */
export interface ScheduledWord {
  id: string
  pipeline: string
  cron: string
  parameters: Readonly<Record<string, string | number | boolean>>
}

export interface Locked {
  /** Null when somebody else has it: the workflow will be told. */
  fence: number | null
  /** What is there; null when nobody can tell now. */
  state: ServiceState | null
}

/** Every activity, as the workflows see them. */
export interface Activities extends StageActivities {
  /** Evaluates the expressions of a stage, and its `when`. */
  resolve(request: ResolveRequest): Promise<Resolved>
  /** Tells the servers that a time of a schedule has come; they start the run. */
  leaveWord(word: ScheduledWord): Promise<void>
  current(request: CurrentRequest): Promise<ServiceState>
  /** Heartbeats; keeps the weights under their lease while it takes long. */
  apply(request: ApplyRequest): Promise<ServiceState>
  /** Routes, then looks whether the router does it. */
  route(request: RouteRequest): Promise<ServiceState>
  /** Makes room, then routes; heartbeats. */
  shift(request: ShiftRequest): Promise<Shifted>
  remove(request: RemoveRequest): Promise<void>
  /** Renews the lease until it is canceled. */
  hold(request: HoldRequest): Promise<void>
  look(request: LookRequest): Promise<Look>
  /**
   * Writes at once, then lingers so that the next batch has time to gather. Locks are let go whatever the store does; answers
   * with how many were.
   */
  record(batch: RecordBatch, linger: number, locks?: readonly LockRequest[]): Promise<number>
  requestLock(request: LockRequest): Promise<void>
  /** Asks for a lock, and looks at the service at once when it is free. */
  lock(request: LockRequest): Promise<Locked>
  /** Puts a run in the line of its pipeline. */
  requestTurn(order: TurnOrder): Promise<void>
  holderLives(execution: string): Promise<boolean>
  /** Brings a service that its writer left behind to one healthy version; tells what it did. */
  settle(request: SettleRequest): Promise<string>
}
