import type { Workflow } from '@temporalio/workflow'
import { makeContinueAsNewFunc, workflowInfo } from '@temporalio/workflow'

/**
 * Whether a workflow that lives long should go on in a new run: its history is full, or there is a newer version of the
 * workers. Runs of pipelines end by themselves and stay on the version they began on.
 */
export function isDue(): boolean {
  const { continueAsNewSuggested, targetWorkerDeploymentVersionChanged } = workflowInfo()
  return continueAsNewSuggested || targetWorkerDeploymentVersionChanged
}

/** Goes on in a new run, on the newest version of the workers where they have versions. */
export function renew<W extends Workflow>(...args: Parameters<W>): Promise<never> {
  return makeContinueAsNewFunc<W>({ initialVersioningBehavior: 'AUTO_UPGRADE' })(...args)
}
