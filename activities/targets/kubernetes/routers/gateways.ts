import { NotFound, Refused } from '../../../failures.ts'
import type { KubernetesApi } from '../api.ts'
import type { Place } from '../place.ts'

export interface ParentRef {
  kind?: string
  name: string
  namespace?: string
}

interface Gateway {
  spec: { gatewayClassName: string }
}

interface GatewayClass {
  /** Names alone in versions before 1.1 of the Gateway API. */
  status?: { supportedFeatures?: (string | { name: string })[] }
}

const group = '/apis/gateway.networking.k8s.io/v1'
const needed = ['HTTPRouteRequestMirror', 'HTTPRouteRequestPercentageMirror']

/** Refuses to copy requests where the class of a Gateway lists what it does, and this is not in it. */
export async function checkGateways(
  { api, place, called }: { api: KubernetesApi; place: Place; called: string },
  parents: readonly ParentRef[],
): Promise<void> {
  for (const { kind = 'Gateway', name, namespace = place.namespace } of parents) {
    if (kind !== 'Gateway') continue
    const gateway = await api.get<Gateway>(`${group}/namespaces/${namespace}/gateways/${name}`)
    if (gateway === null)
      throw new NotFound(`${place.name}: ${called} hangs on Gateway ${name} in namespace ${namespace}; there is none`)
    const { gatewayClassName } = gateway.spec
    const found = await api.get<GatewayClass>(`${group}/gatewayclasses/${gatewayClassName}`)
    const features = (found?.status?.supportedFeatures ?? []).map(one => (typeof one === 'string' ? one : one.name))
    const missing = features.length === 0 ? [] : needed.filter(feature => !features.includes(feature))
    if (missing.length > 0)
      throw new Refused(
        `${place.name}: GatewayClass ${gatewayClassName} does not do ${missing.join(' and ')}, so requests cannot be copied; use steps with "weight"`,
      )
  }
}
