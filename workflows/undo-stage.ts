import type { Engine } from './interpreter.ts'
import type { UndoFailure, UndoStack } from './undo.ts'
import type { Problem } from './world.ts'

/** Takes back what the stage did, newest first. */
export async function undoStage(
  { world, journal }: Pick<Engine, 'world' | 'journal'>,
  id: string,
  reason: string,
  session: { undo: UndoStack; shutOut(): void },
): Promise<UndoFailure[]> {
  journal.setStage(id, 'rolling-back', reason)
  journal.progress(id, { phase: 'rolling back' })
  session.shutOut()
  const failures = await session.undo.unwind({
    started: what => journal.event('undo.started', { what }, id),
    done: what => journal.event('undo.done', { what }, id),
    failed(what, error) {
      const { message }: Problem = world.explain(error)
      journal.event('undo.failed', { what, error: message }, id)
      return message
    },
  })
  if (failures.length > 0) journal.progress(id, { phase: 'not undone' })
  return failures
}
