import type { V1Deployment, V1PodTemplateSpec } from '@kubernetes/client-node'
import type { Release } from '../../../../pipeline/release.ts'
import type { Promotion as Configuration } from '../../../../pipeline/schema/configuration/kubernetes-target.ts'
import type { ConfigCopies } from '../template.ts'
import type { Work } from '../work.ts'

/** How a release gets into the user's own Deployment. */
export interface Promotion {
  /** Refuses what may not be changed, or not in this way. */
  check(stable: V1Deployment, release: Release): void
  /** Resolves with the Deployment that has it, whose pods may still be the old ones; null: it had it already. */
  write(wanted: StableWrite): Promise<V1Deployment | null>
  /** Likewise. */
  scale(instances: number): Promise<V1Deployment | null>
}

export interface StableWrite {
  release: Release
  /** Absent: what is remembered of its configuration stays. */
  copies?: ConfigCopies
  /** Whether an earlier attempt has written it. */
  isThere(found: V1Deployment): boolean
  template(found: V1PodTemplateSpec): V1PodTemplateSpec
  replicas(now: number): number
}

export interface PromotionContext<T extends Configuration['type'] = Configuration['type']> {
  work: Work
  configuration: Extract<Configuration, { type: T }>
}
