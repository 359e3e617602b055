import type { V1Deployment, V1Service } from '@kubernetes/client-node'
import type { Role } from '../../../pipeline/clusters.ts'
import { roles } from '../../../pipeline/clusters.ts'
import { NotFound } from '../../failures.ts'
import type { ClusterState } from '../target.ts'
import type { KubernetesApi } from './api.ts'
import { annotationOf } from './objects.ts'
import { labels, ours, type Place, pathOf } from './place.ts'
import { releaseOf } from './release.ts'

/** The Deployments of a service by role; those that are on their way out are left out. */
export type Deployments = ReadonlyMap<Role, V1Deployment>

export async function readDeployments(api: KubernetesApi, place: Place): Promise<Deployments> {
  const path = pathOf(place, 'deployments')
  const [stable, { items }] = await Promise.all([
    api.get<V1Deployment>(pathOf(place, 'deployments', place.deployment)),
    api.send<{ items: V1Deployment[] }>(path, { query: { labelSelector: `${ours(place)},${labels.role}` } }),
  ])
  const found = new Map<Role, V1Deployment>()
  if (stable !== null && !stable.metadata?.deletionTimestamp) found.set('stable', stable)
  for (const deployment of items) {
    const role = roles.find(known => known === deployment.metadata?.labels?.[labels.role])
    const leaves = deployment.metadata?.deletionTimestamp || annotationOf(deployment, 'retired') !== null
    if (role !== undefined && !leaves) found.set(role, deployment)
  }
  return found
}

/** A Deployment without pods is no cluster. */
export function clustersOf(place: Place, deployments: Deployments): ClusterState[] {
  return roles.flatMap(role => {
    const deployment = deployments.get(role)
    const instances = deployment?.spec?.replicas ?? 1
    if (!deployment || instances === 0) return []
    const ready = Math.min(deployment.status?.availableReplicas ?? 0, instances)
    return [{ role, release: releaseOf(place, deployment), instances, ready }]
  })
}

export function stableOf(place: Place, deployments: Deployments): V1Deployment {
  const found = deployments.get('stable')
  if (found) return found
  throw noDeployment(place)
}

export function noDeployment(place: Place): NotFound {
  return new NotFound(
    `${place.name}: there is no Deployment "${place.deployment}" in namespace ${place.namespace}; apply its manifest, with "replicas: 0" when nothing shall run yet`,
  )
}

/** The user's own Service, which leads to the pods of the stable Deployment. */
export async function stableServiceOf(api: KubernetesApi, place: Place): Promise<V1Service> {
  const found = await api.get<V1Service>(pathOf(place, 'services', place.stableService))
  if (found) return found
  throw new NotFound(
    `${place.name}: there is no Service "${place.stableService}" in namespace ${place.namespace}; apply its manifest`,
  )
}
