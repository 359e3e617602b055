import type { V1Deployment, V1Pod, V1ReplicaSet } from '@kubernetes/client-node'
import type { KubernetesApi } from './api.ts'
import { type Place, pathOf } from './place.ts'

/** Pods that a Deployment's selector selects: its own, of whatever revision, those that are ending among them. */
export async function podsOf(api: KubernetesApi, place: Place, deployment: V1Deployment): Promise<V1Pod[]> {
  const { items } = await api.send<{ items: V1Pod[] }>(pathOf(place, 'pods'), selection(deployment))
  return items
}

export async function replicaSetsOf(
  api: KubernetesApi,
  place: Place,
  deployment: V1Deployment,
): Promise<V1ReplicaSet[]> {
  const { items } = await api.send<{ items: V1ReplicaSet[] }>(pathOf(place, 'replicasets'), selection(deployment))
  return items
}

function selection({ spec }: V1Deployment) {
  const selector = Object.entries(spec!.selector.matchLabels ?? {})
  return { query: { labelSelector: selector.map(([key, value]) => `${key}=${value}`).join(',') } }
}
