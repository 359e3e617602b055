import type { Engine } from './interpreter.ts'
import type { Committed } from './undo.ts'
import { undoStage } from './undo-stage.ts'
import type { Grant } from './world.ts'

/** Takes back a stage that had succeeded, unless somebody has been there since. Never throws. */
export async function takeBack(engine: Engine, committed: Committed, reason: string): Promise<void> {
  const { world, journal } = engine
  const { stage } = committed
  journal.setStage(stage, 'rolling-back', reason)
  await world.shielded(async () => {
    let grant: Grant | null = null
    try {
      grant = await world.locks.acquire(committed.claim, holder =>
        journal.event('lock.waiting', { ...committed.claim, holder }, stage),
      )
      const held = grant
      const refusal = await committed.reopen(held)
      if (refusal !== null) return journal.setStage(stage, 'succeeded', `not rolled back: ${refusal}`)
      const shutOut = () => {
        held.fence += 1
      }
      const failures = await undoStage(engine, stage, reason, { undo: committed.undo, shutOut })
      const list = failures.map(({ what, error }) => `${what} (${error})`).join('; ')
      if (failures.length > 0) return journal.setStage(stage, 'errored', `could not be undone: ${list}`)
      journal.setStage(stage, 'rolled-back', reason)
    } catch (error) {
      journal.setStage(stage, 'errored', `could not be rolled back: ${world.explain(error).message}`)
    } finally {
      await grant?.release()
    }
  })
}
