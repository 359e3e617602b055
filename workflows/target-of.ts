import type { Stage } from '../pipeline/schema/stage.ts'

/** Where a stage acts; null when that is nowhere. */
export function targetOf(stage: Stage): string | null {
  return 'target' in stage && typeof stage.target === 'string' ? stage.target : null
}
