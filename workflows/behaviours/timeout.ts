import { CannotTell } from '../outcome.ts'
import type { StageRun } from '../stages/stage.ts'
import { within } from './within.ts'

/**
 * Cancels the stage when it takes longer than its `timeout` and waits until it has let go: how it would have ended is
 * unknown. A judgment knows what its own timeout means.
 */
export function withTimeout(run: StageRun): StageRun {
  return async (stage, context) => {
    const { timeout } = stage
    if (timeout === undefined || stage.type === 'judgment') return run(stage, context)
    const ended = await within(context.world, timeout, () => run(stage, context))
    if (ended === 'late') throw new CannotTell(`it took longer than its timeout of ${timeout / 1000} s`)
    return ended.value
  }
}
