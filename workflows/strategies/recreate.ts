import { directDeploy } from '../direct-deploy.ts'
import { succeeded } from '../outcome.ts'
import type { StrategyRun } from './strategy.ts'

/** The old version ends before the new one starts. Clients wait or fail meanwhile: that is its price. */
export const recreate: StrategyRun = async ({ context, release, old, instances }) => {
  await directDeploy(context, release, { before: old, instances, recreate: true })
  return succeeded()
}
