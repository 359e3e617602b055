import type { StageRun } from '../stages/stage.ts'

const longestBackoff = 60 * 60_000

/**
 * Tries a stage again that failed or could not tell, as its `retry` says; people's no is final. `again` undoes the attempt
 * and waits; when it cannot be undone it throws, and that is the end.
 */
export function withRetry(run: StageRun, again: (reason: string, pause: number) => Promise<void>): StageRun {
  return async (stage, context) => {
    const { attempts, backoff } = stage.retry ?? { attempts: 1, backoff: 0 }
    for (let attempt = 1; attempt < attempts; attempt += 1) {
      let reason: string
      try {
        const outcome = await run(stage, context)
        if (outcome.kind !== 'failed') return outcome
        reason = outcome.reason
      } catch (error) {
        if (context.world.isCancellation(error)) throw error
        reason = context.world.explain(error).message
      }
      await again(reason, Math.min(backoff * 2 ** (attempt - 1), longestBackoff))
    }
    return run(stage, context)
  }
}
