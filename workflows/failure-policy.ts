import type { Stage } from '../pipeline/schema/stage.ts'

/** What the bad end of a stage means for the rest of the run. */
export interface Consequence {
  /** Whether the run ends: at once, when the other stages of its matrix have ended, or not because of this. */
  halts: 'now' | 'after-matrix' | 'never'
  /** What needs the stage starts all the same. */
  passes: boolean
  /** The run may still succeed. */
  tolerated: boolean
}

const halting: Consequence = { halts: 'now', passes: false, tolerated: false }

const meanings = {
  fail: halting,
  'fail-branch': { halts: 'never', passes: false, tolerated: true },
  'fail-at-end': { halts: 'never', passes: false, tolerated: false },
  continue: { halts: 'never', passes: true, tolerated: true },
} as const satisfies Record<NonNullable<Stage['onFailure']>, Consequence>

/** What the pipeline says; what could not be undone needs a person, whatever the pipeline says. */
export function consequenceOf({ onFailure = 'fail', cell }: Stage, undone: boolean): Consequence {
  if (!undone) return halting
  if (onFailure === 'fail' && cell?.stopOnFailure === false) return { ...halting, halts: 'after-matrix' }
  return meanings[onFailure]
}
