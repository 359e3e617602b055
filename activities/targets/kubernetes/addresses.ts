import type { V1EndpointSlice } from '@kubernetes/client-node'
import type { ClusterState, ServiceState } from '../target.ts'
import type { KubernetesApi } from './api.ts'
import { type Place, pathOf, serviceOf } from './place.ts'

const serviceName = 'kubernetes.io/service-name'

/** One ready pod of each cluster: reached by whoever is in the network of the pods, which checks have to be. */
export async function addressesOf(
  api: KubernetesApi,
  place: Place,
  clusters: readonly ClusterState[],
): Promise<NonNullable<ServiceState['addresses']>> {
  const { items } = await api.send<{ items: V1EndpointSlice[] }>(pathOf(place, 'endpointslices'), {
    query: { labelSelector: serviceName },
  })
  const found = clusters.flatMap(({ role, ready }) => {
    // By number of pods the Service of stable leads to pods of others, too.
    if (ready === 0 || (role === 'stable' && place.settings.router.type === 'replicas')) return []
    const slices = items.filter(({ metadata }) => metadata?.labels?.[serviceName] === serviceOf(place, role))
    const address = slices.map(addressIn).find(one => one !== null)
    return address === undefined || address === null ? [] : [[role, address] as const]
  })
  return Object.fromEntries(found)
}

/** Of its first port, where it has several. */
function addressIn({ addressType, endpoints, ports }: V1EndpointSlice): string | null {
  const [port] = ports ?? []
  const ip = (endpoints ?? []).find(({ conditions }) => conditions?.ready !== false)?.addresses[0]
  if (port?.port === undefined || ip === undefined || addressType === 'FQDN') return null
  return `http://${addressType === 'IPv6' ? `[${ip}]` : ip}:${port.port}`
}
