import type { ParameterValue } from './execution.ts'

/** What a stage knows of the matrix that it came from. */
export interface Cell {
  /** Id of the stage that was written. */
  of: string
  /** Read as `${{ matrix.KEY }}`. */
  values: Readonly<Record<string, ParameterValue>>
  /** How many stages of the matrix run at once; null: all. */
  maxParallel: number | null
  stopOnFailure: boolean
}
