import { CannotTell } from '../outcome.ts'
import type { StageRun } from '../stages/stage.ts'

/**
 * Cancels the stage when it takes longer than its `timeout` and waits until it has let go: how it would have ended is
 * unknown. A judgment knows what its own timeout means.
 */
export function withTimeout(run: StageRun): StageRun {
  return async (stage, context) => {
    const { timeout } = stage
    if (timeout === undefined || stage.type === 'judgment') return run(stage, context)
    const { world } = context
    let late = false
    const work = world.scope(() => run(stage, context))
    const clock = world.scope(async () => {
      await world.sleep(timeout)
      late = true
      work.cancel()
    })
    const stopped = clock.result.catch(() => {})
    try {
      return await work.result
    } catch (error) {
      if (late && world.isCancellation(error))
        throw new CannotTell(`it took longer than its timeout of ${timeout / 1000} s`)
      throw error
    } finally {
      clock.cancel()
      await stopped
    }
  }
}
