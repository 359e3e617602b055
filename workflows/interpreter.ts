import type { Execution } from '../pipeline/execution.ts'
import { planOf, readyStages } from '../pipeline/plan.ts'
import type { StageStatus } from '../pipeline/statuses.ts'
import type { ExecutionInput } from '../store/store.ts'
import { endStatus } from './aggregate.ts'
import type { Journal } from './journal.ts'
import { takeBack } from './rollback.ts'
import type { EndedStage, RunningStage } from './stage-runner.ts'
import { startStage } from './stage-runner.ts'
import type { StageRegistry } from './stages/stage.ts'
import type { Steering } from './steering.ts'
import type { Timings } from './timings.ts'
import type { Committed } from './undo.ts'
import type { World } from './world.ts'

export interface Engine {
  world: World
  journal: Journal
  steering: Steering
  registry: StageRegistry
  timings: Timings
}

/**
 * Runs a pipeline to its end: every stage as soon as all it needs has ended well, side by side. The first failure, and
 * a cancel, cancel what runs; each stage undoes itself. The journal then says how the run ended.
 *
 * `close` is awaited with the final state; a rollback that is asked for meanwhile is still done.
 */
export async function interpret(input: ExecutionInput, engine: Engine, close: () => Promise<void>): Promise<void> {
  const { journal, steering } = engine
  journal.setExecution('running')
  const committed = await runStages(input, engine)
  skipPending(engine)
  const wanted = () => steering.asked === 'rollback' && committed.length > 0
  do {
    if (wanted()) await takeBackAll(engine, committed)
    endRun(engine)
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

async function runStages(input: ExecutionInput, engine: Engine): Promise<Committed[]> {
  const { journal, steering } = engine
  const { stages } = input.definition
  const plan = planOf(input.definition)
  const running = new Map<string, RunningStage>()
  const committed: Committed[] = []
  steering.onHalt(() => {
    for (const stage of running.values()) stage.cancel()
  })
  for (;;) {
    const ready = steering.halted === null ? readyStages(plan, statuses(journal.execution)) : []
    for (const id of ready) {
      const index = stages.findIndex(stage => stage.id === id)
      running.set(id, startStage(input, engine, { stage: stages[index]!, index }))
    }
    if (running.size === 0) return committed
    const ended: EndedStage = await Promise.race([...running.values()].map(stage => stage.ended))
    running.delete(ended.id)
    if (ended.committed !== null) committed.push(ended.committed)
  }
}

/** Newest first. */
async function takeBackAll(engine: Engine, committed: Committed[]): Promise<void> {
  for (let stage = committed.pop(); stage !== undefined; stage = committed.pop()) await takeBack(engine, stage)
}

function skipPending({ journal, steering }: Engine): void {
  for (const { id, status } of journal.execution.stages)
    if (status === 'pending')
      journal.setStage(id, 'skipped', `not started: ${steering.halted ?? 'nothing it needs ran'}`)
}

function endRun({ journal, steering }: Engine): void {
  const stages = journal.execution.stages
  const status = endStatus(
    stages.map(stage => stage.status),
    steering.asked,
  )
  const telling = stages.find(stage => stage.status === status && stage.reason !== null)
  const asked = steering.asked !== null && status !== 'errored' ? steering.halted : null
  const reason = asked ?? (telling === undefined ? null : `${telling.id}: ${telling.reason}`)
  journal.setExecution(status, status === 'succeeded' ? null : reason)
}

function statuses(execution: Execution): Record<string, StageStatus> {
  return Object.fromEntries(execution.stages.map(({ id, status }) => [id, status]))
}
