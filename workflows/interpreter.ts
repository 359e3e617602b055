import { blockerOf, planOf } from '../pipeline/plan.ts'
import type { ExecutionInput } from '../store/store.ts'
import { endStatus } from './aggregate.ts'
import type { Journal } from './journal.ts'
import type { Pins } from './pins.ts'
import { takeBack } from './rollback.ts'
import type { Ended } from './run-stages.ts'
import { runStages, statusesOf } from './run-stages.ts'
import type { StageRegistry } from './stages/stage.ts'
import type { Steering } from './steering.ts'
import type { Timings } from './timings.ts'
import { inTurn } from './turn.ts'
import type { Committed } from './undo.ts'
import type { World } from './world.ts'

export interface Engine {
  world: World
  journal: Journal
  steering: Steering
  registry: StageRegistry
  timings: Timings
  pins: Pins
  /** When the first step of the run was taken; epoch milliseconds. */
  opened: number
}

/**
 * Runs a pipeline to its end: every stage as soon as all it needs has ended well, side by side. A failure (as its stage's
 * `onFailure` says) and a cancel cancel what runs; each stage undoes itself. The journal then says how the run ended.
 *
 * `close` is awaited with the final state; a rollback that is asked for meanwhile is still done.
 */
export async function interpret(
  input: ExecutionInput,
  given: Omit<Engine, 'pins' | 'opened'>,
  close: () => Promise<void>,
): Promise<void> {
  const engine = { ...given, pins: {}, opened: given.world.now() }
  await inTurn(input, engine, () => interpretNow(input, engine, close))
}

async function interpretNow(input: ExecutionInput, engine: Engine, close: () => Promise<void>): Promise<void> {
  const { journal, steering } = engine
  if (steering.halted === null) journal.setExecution('running')
  const ended = await runStages(input, engine)
  const { committed } = ended
  skipPending(input, engine, ended)
  const wanted = () => steering.asked === 'rollback' && committed.length > 0
  do {
    if (wanted()) await takeBackAll(engine, committed)
    endRun(engine, ended)
    await closeUnless(engine, wanted, close)
  } while (wanted())
}

/** Closing may take as long as the store is down; a rollback does not wait for it. */
async function closeUnless({ world }: Engine, wanted: () => boolean, close: () => Promise<void>): Promise<void> {
  const rollback = world.scope(() => world.condition(wanted))
  const asked = rollback.result.catch(() => {})
  await Promise.race([close(), asked])
  rollback.cancel()
}

/** Newest first. */
async function takeBackAll(engine: Engine, committed: Committed[]): Promise<void> {
  const reason = engine.steering.halted ?? 'rolled back'
  for (let stage = committed.pop(); stage !== undefined; stage = committed.pop()) await takeBack(engine, stage, reason)
}

function skipPending({ definition }: ExecutionInput, { journal, steering }: Engine, { passed, stopped }: Ended): void {
  const plan = planOf(definition)
  const statuses = statusesOf(journal.execution)
  for (const { id, status } of journal.execution.stages) {
    if (status !== 'pending') continue
    const blocker = blockerOf(plan, statuses, id, passed)
    const blocked = blocker === null ? 'nothing it needs ran' : `stage ${blocker} ended ${statuses[blocker]}`
    journal.setStage(id, 'skipped', `not started: ${steering.halted ?? stopped.get(id) ?? blocked}`)
  }
}

function endRun({ journal, steering }: Engine, { tolerated }: Ended): void {
  const stages = journal.execution.stages.filter(({ id }) => !tolerated.has(id))
  const status = endStatus(
    stages.map(stage => stage.status),
    steering.asked,
  )
  const telling = stages.find(stage => stage.status === status && stage.reason !== null)
  const asked = steering.asked !== null && status !== 'errored' ? steering.halted : null
  const reason = asked ?? (telling === undefined ? null : `${telling.id}: ${telling.reason}`)
  journal.setExecution(status, status === 'succeeded' ? null : reason)
}
