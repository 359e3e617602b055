import type { ServiceRef } from '../../activities/requests.ts'
import type { ClusterState, ServiceState } from '../../activities/targets/target.ts'
import type { Release } from '../../pipeline/release.ts'
import type { StageOf } from '../../pipeline/schema/stage.ts'
import type { Outcome } from '../outcome.ts'
import type { StageContext } from '../stages/stage.ts'
import type { Writer } from '../writer.ts'

/** One stable version that is being replaced by another. */
export interface Replacement {
  stage: ServiceRef
  context: StageContext
  writer: Writer
  release: Release
  /** The stable version before. */
  old: ClusterState
  /** Instances the new one gets. */
  instances: number
}

export interface Deployment extends Replacement {
  stage: StageOf<'deploy'>
  /** What was there when the stage had got its lock. */
  state: ServiceState
}

/** How `deploy` brings a new version to all traffic; the outputs are for what it has to say beyond the release. */
export type StrategyRun = (deployment: Deployment) => Promise<Outcome>
