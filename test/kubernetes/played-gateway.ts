import { setTimeout as sleep } from 'node:timers/promises'
import type { ControlPlane } from './control-plane.ts'
import { adminApi, apply } from './world.ts'

const group = '/apis/gateway.networking.k8s.io/v1'
const name = 'copies'

interface Route {
  metadata: { generation: number }
  spec: { parentRefs: object[]; rules: object[] }
  status?: { parents?: { controllerName: string; conditions: { observedGeneration: number }[] }[] }
}

/**
 * Plays the controller of a Gateway that copies requests, which no data plane that can be had here does: its class lists
 * the features, and the route, which hangs on it from now on, is accepted at every generation.
 */
export async function playGateway(control: ControlPlane, at: { namespace: string; route: string }) {
  const api = adminApi(control)
  const path = `${group}/namespaces/${at.namespace}/httproutes/${at.route}`
  const apiVersion = 'gateway.networking.k8s.io/v1'
  const controllerName = 'slipway.test/copies'
  const listeners = [{ name: 'web', protocol: 'HTTP', port: 80, allowedRoutes: { namespaces: { from: 'All' } } }]
  await apply(
    control,
    { apiVersion, kind: 'GatewayClass', metadata: { name }, spec: { controllerName } },
    {
      apiVersion,
      kind: 'Gateway',
      metadata: { name, namespace: 'default' },
      spec: { gatewayClassName: name, listeners },
    },
  )
  const features = ['HTTPRouteRequestMirror', 'HTTPRouteRequestPercentageMirror'].map(feature => ({ name: feature }))
  await patch(`${group}/gatewayclasses/${name}/status`, { status: { supportedFeatures: features } })
  const parentRef = { group: 'gateway.networking.k8s.io', kind: 'Gateway', name, namespace: 'default' }
  await patch(path, { spec: { parentRefs: [parentRef] } })

  function patch(where: string, body: object): Promise<unknown> {
    return api.send(where, { method: 'PATCH', body })
  }

  async function accept(): Promise<void> {
    const { metadata, status } = (await api.get<Route>(path))!
    const { generation: observedGeneration } = metadata
    const [parent, ...others] = status?.parents ?? []
    const isSaid =
      parent?.controllerName === controllerName && parent.conditions[0]?.observedGeneration === observedGeneration
    if (isSaid && others.length === 0) return
    const lastTransitionTime = new Date().toISOString()
    const conditions = ['Accepted', 'ResolvedRefs'].map(type => ({
      ...{ type, status: 'True', reason: type, message: '', observedGeneration, lastTransitionTime },
    }))
    await patch(`${path}/status`, { status: { parents: [{ controllerName, parentRef, conditions }] } })
  }

  let stopped = false
  const played = (async () => {
    while (!stopped) {
      await accept()
      await sleep(20)
    }
  })()
  return {
    rules: async () => (await api.get<Route>(path))!.spec.rules,
    async stop() {
      stopped = true
      await played
    },
  }
}
