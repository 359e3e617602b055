import type { ExecutionInput } from '../store/store.ts'
import type { Engine } from './interpreter.ts'
import type { Turn } from './world.ts'

/** Waits until the run may begin, and does the work; a run that may not begin is halted before it. */
export async function inTurn(input: ExecutionInput, engine: Engine, work: () => Promise<void>): Promise<void> {
  const turn = await takeTurn(input, engine)
  try {
    await work()
  } finally {
    await turn?.leave()
  }
}

/** Null when there is nothing to give back: nothing limits the pipeline, the run may not begin, or it was halted. */
async function takeTurn(input: ExecutionInput, engine: Engine): Promise<Extract<Turn, { granted: true }> | null> {
  const { world, journal, steering } = engine
  const { concurrency, name } = input.definition
  // What takes back never waits for what it takes back.
  if (concurrency === undefined || input.rollbackOf !== null) return null
  const waiting = world.scope(() =>
    world.turns.take({ pipeline: name, ...concurrency }, (place, behind) =>
      journal.setExecution('queued', `waits for its turn: ${ordinal(place)} in line, behind ${behind}`),
    ),
  )
  steering.onHalt(waiting.cancel)
  if (steering.halted !== null) waiting.cancel()
  try {
    const turn = await waiting.result
    if (turn.granted) return turn
    steering.cancel({ by: `the concurrency of ${name}`, reason: turn.reason })
  } catch (error) {
    if (world.isCancellation(error)) return null
    steering.cancel({ by: 'slipway', reason: `its turn could not be asked for: ${world.explain(error).message}` })
  }
  return null
}

function ordinal(place: number): string {
  const ending = place % 100 > 10 && place % 100 < 14 ? undefined : ['st', 'nd', 'rd'][(place % 10) - 1]
  return `${place}${ending ?? 'th'}`
}
