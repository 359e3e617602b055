import type { StageContext } from '../stages/stage.ts'

/** One check of a `verify` stage that is made. */
export interface Checking {
  context: StageContext
  target: string
  service: string
  stage: string
  /** Of the check within the stage. */
  index: number
}
