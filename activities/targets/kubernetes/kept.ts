import type { V1ReplicaSet } from '@kubernetes/client-node'
import type { Release } from '../../../pipeline/release.ts'
import type { KubernetesApi } from './api.ts'
import { readDeployments, stableOf } from './clusters.ts'
import type { Place } from './place.ts'
import { releaseOf } from './release.ts'
import { replicaSetsOf } from './selected.ts'

const revision = 'deployment.kubernetes.io/revision'

/** What the revisions of the user's Deployment ran that the cluster keeps, newest first. */
export async function keptReleases(api: KubernetesApi, place: Place): Promise<Release[]> {
  const stable = stableOf(place, await readDeployments(api, place))
  const all = await replicaSetsOf(api, place, stable)
  const own = all.filter(({ metadata }) => metadata?.ownerReferences?.some(({ uid }) => uid === stable.metadata?.uid))
  const revisionOf = ({ metadata }: V1ReplicaSet) => Number(metadata?.annotations?.[revision] ?? 0)
  return own.sort((a, b) => revisionOf(b) - revisionOf(a)).map(one => releaseOf(place, one))
}
