import type { Resolved } from '../activities/requests.ts'
import { hasTemplates } from '../pipeline/expressions/templates.ts'
import { releaseKey } from '../pipeline/release.ts'
import type { Stage } from '../pipeline/schema/stage.ts'
import type { StageStatus } from '../pipeline/statuses.ts'
import type { ExecutionInput } from '../store/store.ts'
import { withRetry } from './behaviours/retry.ts'
import { withTimeout } from './behaviours/timeout.ts'
import type { Consequence } from './failure-policy.ts'
import { consequenceOf } from './failure-policy.ts'
import type { Engine } from './interpreter.ts'
import type { Outcome } from './outcome.ts'
import { failed, skipped } from './outcome.ts'
import { patches } from './patches.ts'
import { imagesOf, withPins } from './pins.ts'
import type { StageSession } from './stage-session.ts'
import { expressionContext, openSession } from './stage-session.ts'
import type { StageContext, StageRun } from './stages/stage.ts'
import { inWords } from './steering.ts'
import type { Committed, UndoFailure } from './undo.ts'
import { undoStage } from './undo-stage.ts'
import type { World } from './world.ts'

export interface RunningStage {
  /** Never rejects. */
  ended: Promise<EndedStage>
  /** Without a reason: the run ends. */
  cancel(reason?: string): void
}

export interface EndedStage {
  id: string
  /** Sequence of the event that told its end: what counts for "newest first", whoever is heard of first. */
  at: number
  /** What it could take back later; null when it did nothing, or has taken it back already. */
  committed: Committed | null
  /** Null when it ended well. */
  bad: BadEnd | null
}

export interface BadEnd extends Consequence {
  reason: string
  /** It was canceled because of others that share its fate. */
  stopped: boolean
}

interface StageToRun {
  stage: Stage
  index: number
}

/** Starts one stage. When it does not end well it says so to the run, undoes what it did, and only then has ended. */
export function startStage(input: ExecutionInput, engine: Engine, one: StageToRun): RunningStage {
  const { world, journal } = engine
  const { id } = one.stage
  const session = openSession(input, engine, one)
  let stopped: string | null = null
  journal.setStage(id, 'running')
  const scope = world.scope(() => attempt(input, engine, one, session))
  const ended = world.shielded(async (): Promise<EndedStage> => {
    const end = await endOf(engine, scope.result, () => stopped)
    engine.steering.ended(id)
    const finished = await finish(engine, one.stage, end, session)
    await session.release()
    return { id, ...finished }
  })
  return {
    ended,
    cancel(reason) {
      stopped ??= reason ?? null
      scope.cancel()
    },
  }
}

async function attempt(
  input: ExecutionInput,
  engine: Engine,
  { stage }: StageToRun,
  session: StageSession,
): Promise<Outcome> {
  const ready = { outcome: 'run', stage } as const
  const resolved = needsResolving(stage, engine.world) ? await prepare(input, engine, stage, session) : ready
  if (resolved.outcome === 'skip') return skipped(resolved.reason)
  if (resolved.outcome === 'failed') return failed(resolved.reason)
  session.brings = bringsRelease(resolved.stage) ? (resolved.stage as StageSession['brings']) : null
  const run = engine.registry[stage.type] as StageRun | undefined
  if (run === undefined) return failed(`stages of type ${stage.type} are not available yet`)
  return withRetry(withTimeout(run), session.again)(resolved.stage, session.context)
}

/** Evaluates what has to be, and waits for its windows. */
async function prepare(
  input: ExecutionInput,
  { world, journal, pins }: Engine,
  stage: Stage,
  { context }: StageSession,
): Promise<Resolved> {
  const images = imagesOf(input.definition.stages)
  for (;;) {
    const answer = await world.activities.resolve({
      stage,
      context: expressionContext(input, journal.execution, stage),
      now: world.now(),
      definition: input.definitionHash,
      // What takes back may bring what was taken back before.
      ...(input.rollbackOf === null ? { application: input.definition.application } : {}),
      ...(images.length === 0 ? {} : { images, pins }),
    })
    const resolved = withPins(answer, pins)
    if (resolved.outcome !== 'run') return resolved
    context.seen = resolved.seen ?? null
    if (resolved.opensAt === undefined || (await skippedWindow(context, resolved.opensAt))) return resolved
    if (context.steering.paused !== null) await world.condition(() => context.steering.paused === null)
  }
}

function needsResolving(stage: Stage, world: World): boolean {
  if (hasTemplates(stage) || stage.when !== undefined || stage.windows !== undefined) return true
  return stage.type === 'judgment' || (bringsRelease(stage) && world.patched(patches.quarantine))
}

/** Waits for a window to open; true when somebody does not want to. */
async function skippedWindow({ steering, status, world }: StageContext, opens: number): Promise<boolean> {
  status('queued', `waits for its window, which opens at ${new Date(opens).toISOString()}`)
  steering.notSkippable = null
  await world.condition(() => steering.skip !== null, Math.max(1, opens - world.now()))
  const { skip } = steering
  steering.notSkippable = 'does not wait any more'
  steering.skip = null
  status('running', skip === null ? undefined : inWords('its window was skipped', skip))
  return skip !== null
}

type End = Outcome | { kind: 'errored' | 'canceled'; reason: string; stopped?: boolean }

async function endOf(
  { world, steering }: Engine,
  result: Promise<Outcome>,
  stopped: () => string | null,
): Promise<End> {
  try {
    return await result
  } catch (error) {
    if (!world.isCancellation(error)) return { kind: 'errored', reason: world.explain(error).message }
    const because = steering.halted === null ? stopped() : null
    return { kind: 'canceled', reason: because ?? steering.halted ?? 'canceled', stopped: because !== null }
  }
}

type Finished = Omit<EndedStage, 'id'>

async function finish(engine: Engine, stage: Stage, end: End, session: StageSession): Promise<Finished> {
  const { journal, steering } = engine
  const { id } = stage
  if (end.kind === 'skipped') {
    journal.setStage(id, 'skipped', end.reason)
    return { at: journal.sequence, committed: null, bad: null }
  }
  if (end.kind === 'succeeded') {
    journal.outputs(id, end.outputs)
    journal.setStage(id, 'succeeded', session.note())
    return { at: journal.sequence, committed: session.committed(), bad: null }
  }
  const canceled = end.kind === 'canceled'
  const stopped = end.kind === 'canceled' && end.stopped === true
  const consequence = consequenceOf(stage, !session.undoFailed)
  if (!stopped && (canceled || consequence.halts === 'now'))
    steering.halt(canceled ? end.reason : `stage ${id} ${end.kind}: ${end.reason}`)
  const undoes = session.undo.size > 0
  const failures = undoes ? await undoStage(engine, id, end.reason, session) : []
  if (failures.length > 0) steering.halt(`stage ${id} could not be undone`)
  const status = endStatusOf(end.kind, undoes && (!canceled || steering.asked === 'rollback'), failures)
  if (end.kind === 'failed' && undoes) quarantine(engine, session, end.reason, id)
  journal.setStage(id, status, reasonOf(end.reason, undoes, failures))
  const { reason } = end
  return {
    at: journal.sequence,
    committed: null,
    bad: { ...(failures.length > 0 ? consequenceOf(stage, false) : consequence), reason, stopped },
  }
}

/** A release that was judged bad and taken back is refused for some days, unless somebody lets it in again. */
function quarantine({ world, journal }: Engine, { brings }: StageSession, reason: string, stage: string): void {
  if (brings === null) return
  const { target, service, release } = brings
  const { application } = journal.execution
  const until = new Date(world.now() + quarantineTime).toISOString()
  const what = { application, target, service, version: release.version, key: releaseKey(release) }
  journal.event('release.quarantined', { ...what, reason, until }, stage)
}

const quarantineTime = 7 * 24 * 60 * 60_000

function bringsRelease(stage: Stage): boolean {
  return 'release' in stage && 'service' in stage && (stage.type === 'deploy' || stage.type === 'canary')
}

function endStatusOf(
  kind: 'failed' | 'rejected' | 'errored' | 'canceled',
  rolledBack: boolean,
  failures: readonly UndoFailure[],
): StageStatus {
  if (failures.length > 0 || kind === 'errored') return 'errored'
  return rolledBack ? 'rolled-back' : kind
}

function reasonOf(reason: string, undone: boolean, failures: readonly UndoFailure[]): string {
  if (failures.length > 0) {
    const list = failures.map(({ what, error }) => `${what} (${error})`).join('; ')
    return `${reason}; could not be undone: ${list}`
  }
  return undone ? `${reason}; it was rolled back` : reason
}
