import { directDeploy } from '../direct-deploy.ts'
import { succeeded } from '../outcome.ts'
import type { StrategyRun } from './strategy.ts'

/** Instance by instance, on health checks alone. */
export const rolling: StrategyRun = async ({ context, release, old, instances }) => {
  await directDeploy(context, release, { before: old, instances })
  return succeeded()
}
