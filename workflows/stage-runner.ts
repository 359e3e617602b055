import { hasTemplates } from '../pipeline/expressions/templates.ts'
import type { Stage } from '../pipeline/schema/stage.ts'
import type { StageStatus } from '../pipeline/statuses.ts'
import type { ExecutionInput } from '../store/store.ts'
import { withTimeout } from './behaviours/timeout.ts'
import type { Engine } from './interpreter.ts'
import type { Outcome } from './outcome.ts'
import { failed, skipped } from './outcome.ts'
import type { StageSession } from './stage-session.ts'
import { expressionContext, openSession } from './stage-session.ts'
import type { StageRun } from './stages/stage.ts'
import type { Committed, UndoFailure } from './undo.ts'
import type { Problem } from './world.ts'

export interface RunningStage {
  /** Never rejects. */
  ended: Promise<EndedStage>
  cancel(): void
}

export interface EndedStage {
  id: string
  /** What it could take back later; null when it did nothing, or has taken it back already. */
  committed: Committed | null
}

interface StageToRun {
  stage: Stage
  index: number
}

/** Starts one stage. When it does not end well it halts the run, undoes what it did, and only then has ended. */
export function startStage(input: ExecutionInput, engine: Engine, one: StageToRun): RunningStage {
  const { world, journal } = engine
  const { id } = one.stage
  const session = openSession(input, engine, one)
  journal.setStage(id, 'running')
  const scope = world.scope(() => attempt(input, engine, one, session))
  const ended = world.shielded(async (): Promise<EndedStage> => {
    const end = await endOf(engine, scope.result)
    engine.steering.ended(id)
    const committed = await finish(engine, id, end, session)
    await session.release()
    return { id, committed }
  })
  return { ended, cancel: scope.cancel }
}

async function attempt(
  input: ExecutionInput,
  { world, journal, registry }: Engine,
  { stage }: StageToRun,
  session: StageSession,
): Promise<Outcome> {
  const resolved =
    hasTemplates(stage) || stage.when !== undefined
      ? await world.activities.resolve({ stage, context: expressionContext(input, journal.execution) })
      : ({ outcome: 'run', stage } as const)
  if (resolved.outcome === 'skip') return skipped(resolved.reason)
  if (resolved.outcome === 'failed') return failed(resolved.reason)
  const run = registry[stage.type] as StageRun | undefined
  if (run === undefined) return failed(`stages of type ${stage.type} are not available yet`)
  return withTimeout(run)(resolved.stage, session.context)
}

type End = Outcome | { kind: 'errored' | 'canceled'; reason: string }

async function endOf({ world, steering }: Engine, result: Promise<Outcome>): Promise<End> {
  try {
    return await result
  } catch (error) {
    if (world.isCancellation(error)) return { kind: 'canceled', reason: steering.halted ?? 'canceled' }
    return { kind: 'errored', reason: world.explain(error).message }
  }
}

async function finish(engine: Engine, id: string, end: End, session: StageSession): Promise<Committed | null> {
  const { journal } = engine
  if (end.kind === 'skipped') {
    journal.setStage(id, 'skipped', end.reason)
    return null
  }
  if (end.kind === 'succeeded') {
    journal.outputs(id, end.outputs)
    journal.setStage(id, 'succeeded', session.note())
    return session.committed()
  }
  const canceled = end.kind === 'canceled'
  engine.steering.halt(canceled ? end.reason : `stage ${id} ${end.kind}: ${end.reason}`)
  const undoes = session.undo.size > 0
  const failures = undoes ? await undo(engine, id, end.reason, session) : []
  const status = endStatusOf(end.kind, undoes && (!canceled || engine.steering.asked === 'rollback'), failures)
  journal.setStage(id, status, reasonOf(end.reason, undoes, failures))
  return null
}

/** Takes back what the stage did, newest first. */
export async function undo(
  { world, journal }: Pick<Engine, 'world' | 'journal'>,
  id: string,
  reason: string,
  session: Pick<StageSession, 'undo' | 'shutOut'>,
): Promise<UndoFailure[]> {
  journal.setStage(id, 'rolling-back', reason)
  journal.progress(id, { phase: 'rolling back' })
  session.shutOut()
  return session.undo.unwind({
    started: what => journal.event('undo.started', { what }, id),
    done: what => journal.event('undo.done', { what }, id),
    failed(what, error) {
      const { message }: Problem = world.explain(error)
      journal.event('undo.failed', { what, error: message }, id)
      return message
    },
  })
}

function endStatusOf(
  kind: 'failed' | 'errored' | 'canceled',
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
