import type { StageOf } from '../../pipeline/schema/stage.ts'
import { blueGreen } from './blue-green.ts'
import { recreate } from './recreate.ts'
import { rolling } from './rolling.ts'
import { steps } from './steps.ts'
import type { StrategyRun } from './strategy.ts'

/** Every strategy of `deploy`. */
export const strategies = { rolling, 'blue-green': blueGreen, recreate, canary: steps } satisfies Record<
  StageOf<'deploy'>['strategy'],
  StrategyRun
>
