import type { StageOf } from '../../pipeline/schema/stage.ts'
import type { Outcome } from '../outcome.ts'
import { succeeded } from '../outcome.ts'
import type { StageContext } from './stage.ts'

/** Does nothing for some time. */
export async function wait(stage: StageOf<'wait'>, { world }: StageContext): Promise<Outcome> {
  await world.sleep(stage.for)
  return succeeded()
}
