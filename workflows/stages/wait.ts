import type { StageOf } from '../../pipeline/schema/stage.ts'
import type { Outcome } from '../outcome.ts'
import { succeeded } from '../outcome.ts'
import { inWords } from '../steering.ts'
import type { StageContext } from './stage.ts'

/** Does nothing for some time, unless somebody skips the rest of it. */
export async function wait(stage: StageOf<'wait'>, { world, steering, note }: StageContext): Promise<Outcome> {
  steering.notSkippable = null
  const skipped = await world.condition(() => steering.skip !== null, stage.for)
  if (skipped && steering.skip !== null) note(inWords('skipped', steering.skip))
  return succeeded()
}
