import type { StageContext } from './stages/stage.ts'

/**
 * For what goes on outside by itself: when the stage ends before its time (canceled, timed out, or because nobody can tell),
 * it is stopped first. It was not judged bad, so it is no undo.
 */
export async function stoppedWithStage<T>(
  { world, progress }: StageContext,
  work: () => Promise<T>,
  stop: () => Promise<void>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    await world.shielded(async () => {
      progress({ phase: 'stopping' })
      await stop().catch(problem => progress({ message: `it could not be stopped: ${world.explain(problem).message}` }))
    })
    throw error
  }
}
