import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  ChildWorkflowCancellationType,
  ChildWorkflowFailure,
  condition,
  executeChild,
  isCancellation,
  ParentClosePolicy,
  proxyActivities,
  sleep,
  workflowInfo,
} from '@temporalio/workflow'
import type { Activities, Alongside, Unrecorded } from '../activities/requests.ts'
import type { RecordBatch } from '../store/store.ts'
import { activityNames, activityOptions } from './activity-options.ts'
import type { AnalysisRequest, AnalysisResult } from './analysis.ts'
import { analyse } from './analysis.ts'
import { plannedLooks } from './look-schedule.ts'
import { canaryAnalysisType } from './messages.ts'
import { isPatched } from './patched.ts'
import { patches } from './patches.ts'
import { isDue } from './renewal.ts'
import type { Timings } from './timings.ts'
import type { Locks, Problem, Scope, Turns, World } from './world.ts'

/** Events on their way to the store with an activity. */
export interface Carried {
  batch: RecordBatch
  /** The activity has ended, or what was brief is over. */
  done(): void
}

export type PlainWorld = Omit<World, 'locks' | 'turns'>

interface WorldParts {
  locks: (world: PlainWorld) => Locks
  turns: (world: PlainWorld) => Turns
  /** What goes along with an activity that begins now; null: nothing. */
  carry: () => Carried | null
}

/** The world as Temporal gives it. */
export function temporalWorld(timings: Timings, { locks, turns, carry }: WorldParts): World {
  const activities = activitiesFor(timings.patience, carry)
  const world: PlainWorld = {
    now: () => Date.now(),
    started: workflowInfo().startTime.getTime(),
    sleep: (milliseconds: number) => sleep(milliseconds),
    condition: waitFor,
    activities,
    patient: activitiesFor(timings.undoPatience, carry),
    analyse: (id, request, adopt) =>
      isPatched(patches.fewerTasks) && isShort(request)
        ? analyseInside(request, activities, adopt)
        : analyseBeside(id, request),
    scope,
    shielded,
    isCancellation,
    patched: isPatched,
    checkCanceled,
    explain,
  }
  return { ...world, locks: locks(world), turns: turns(world) }
}

export function activitiesFor(patience: number, carry: () => Carried | null = () => null): Activities {
  const each = activityNames.map(name => {
    const run = proxyActivities<Activities>(activityOptions(name, patience))[name] as Run
    return [name, name === 'record' ? run : taking(run, carry)]
  })
  return Object.fromEntries(each) as Activities
}

type Run = (...request: unknown[]) => Promise<unknown>

/** What has happened goes along with what acts, which does not wait for it, nor fails with it (`activities/alongside.ts`). */
function taking(run: Run, carry: () => Carried | null): Run {
  return (...request) => {
    const carried = carry()
    if (carried === null) return run(...request)
    return run(...request, { alongside: carried.batch } satisfies Alongside).finally(carried.done)
  }
}

/** Resolves when all that can happen at this moment has happened: conditions are looked at when nothing else is left to do. */
export function settled(): Promise<void> {
  let looks = 0
  return condition(() => ++looks > 1)
}

/** The message of the deepest failure that has one: those around it only say that something below failed. */
export function explain(error: unknown): Problem {
  let inner = error
  while (inner instanceof ActivityFailure || inner instanceof ChildWorkflowFailure) {
    if (inner.cause === undefined) break
    inner = inner.cause
  }
  if (inner instanceof ApplicationFailure) return { kind: inner.type ?? 'Error', message: inner.message }
  if (inner instanceof Error) return { kind: inner.name, message: inner.message }
  return { kind: 'Error', message: String(inner) }
}

async function waitFor(holds: () => boolean, timeout?: number): Promise<boolean> {
  if (timeout !== undefined) return condition(holds, timeout)
  await condition(holds)
  return true
}

/** Starting a workflow costs the server as much as several looks. */
const fewLooks = 30
/** Far below what Temporal allows: events, bytes. */
const shortHistory = { events: 2_000, bytes: 2_000_000 }

function isShort({ start, deadline, analysis }: AnalysisRequest): boolean {
  const { historyLength, historySize } = workflowInfo()
  const hasRoom = !isDue() && historyLength < shortHistory.events && historySize < shortHistory.bytes
  return hasRoom && plannedLooks(deadline - start, analysis.interval) <= fewLooks
}

async function analyseInside(
  request: AnalysisRequest,
  activities: Activities,
  unrecorded: (one: Unrecorded) => void,
): Promise<AnalysisResult> {
  const now = () => Date.now()
  const end = await analyse(request, { now, sleep, activities, isCancellation, full: () => false, unrecorded })
  if ('goOn' in end) throw new Error('this history is never full')
  return { ...end, unrecorded: [] }
}

/** The child answers with what it has when it is canceled; one that was never started has nothing new. */
async function analyseBeside(id: string, request: AnalysisRequest): Promise<AnalysisResult> {
  try {
    return await executeChild<(request: AnalysisRequest) => Promise<AnalysisResult>>(canaryAnalysisType, {
      workflowId: id,
      args: [request],
      cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
      parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
    })
  } catch (error) {
    if (!isCancellation(error)) throw error
    return { end: 'canceled', progress: request.progress, unrecorded: [] }
  }
}

export function shielded<T>(work: () => Promise<T>): Promise<T> {
  return CancellationScope.nonCancellable(work)
}

function scope<T>(work: () => Promise<T>): Scope<T> {
  const own = new CancellationScope()
  return { result: own.run(work), cancel: () => own.cancel() }
}

function checkCanceled(): void {
  if (CancellationScope.current().consideredCancelled) throw new CancelledFailure('canceled')
}
