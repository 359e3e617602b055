import { beforeAll, describe, expect, it } from 'vitest'
import { openApi } from '../../activities/targets/kubernetes/api.ts'
import { openConnection } from '../../activities/targets/kubernetes/connection.ts'
import { placeOf } from '../../activities/targets/kubernetes/place.ts'
import { routerContract } from '../../activities/targets/kubernetes/routers/contract.ts'
import { openRouter } from '../../activities/targets/kubernetes/routers/registry.ts'
import { routerCapabilities } from '../../pipeline/routers.ts'
import type { RouterConfiguration, RouterType } from '../../pipeline/schema/configuration/kubernetes-target.ts'
import type { Cluster } from './cluster.ts'
import { apply, op, openTestTarget, release, type TestTarget, userObjects, userRoute } from './world.ts'

/** What a user has in front of the Service, for each router. */
const fronts: {
  [T in RouterType]: { configure(name: string): RouterConfiguration; object(ns: string, name: string): object[] }
} = {
  replicas: { configure: () => ({ type: 'replicas' }), object: () => [] },
  'gateway-api': {
    configure: name => ({ type: 'gateway-api', route: name }),
    object: (ns, name) => [userRoute(ns, name)],
  },
  istio: {
    configure: name => ({ type: 'istio', virtualService: name }),
    object: (namespace, name) => [
      {
        apiVersion: 'networking.istio.io/v1',
        kind: 'VirtualService',
        metadata: { name, namespace },
        spec: {
          hosts: [name],
          http: [{ route: [{ destination: { host: `${name}.${namespace}.svc.cluster.local` } }] }],
        },
      },
    ],
  },
  nginx: {
    configure: name => ({ type: 'nginx', ingress: name }),
    object: (namespace, name) => [
      {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'Ingress',
        metadata: { name, namespace },
        spec: {
          ingressClassName: 'nginx',
          rules: [
            {
              host: `${name}.test`,
              http: {
                paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name, port: { number: 80 } } } }],
              },
            },
          ],
        },
      },
    ],
  },
}

/** Istio's own definition of a VirtualService takes hundreds of lines; what the API server must know of it is this. */
const virtualServices = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'virtualservices.networking.istio.io' },
  spec: {
    group: 'networking.istio.io',
    scope: 'Namespaced',
    names: {
      kind: 'VirtualService',
      plural: 'virtualservices',
      singular: 'virtualservice',
      listKind: 'VirtualServiceList',
    },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        subresources: { status: {} },
      },
    ],
  },
}

const each = 4

export function routerSuite(cluster: () => Cluster): void {
  describe('routers', () => {
    const opened = new Map<RouterType, TestTarget>()
    beforeAll(async () => {
      const { control } = cluster()
      await apply(control, virtualServices)
      await control.kubectl(['wait', '--for=condition=Established', 'crd', 'virtualservices.networking.istio.io'])
      await Promise.all((Object.keys(fronts) as RouterType[]).map(type => openFor(type)))
    })

    async function openFor(type: RouterType): Promise<void> {
      const { control } = cluster()
      const namespace = `routers-${type}`
      const names = Array.from({ length: each }, (_, index) => `shop-${index}`)
      const { configure, object } = fronts[type]
      const services = Object.fromEntries(names.map(name => [name, { router: configure(name) }]))
      const made = await openTestTarget(control, namespace, services)
      opened.set(type, made)
      const objects = names.flatMap(name => [
        ...userObjects(namespace, name, { replicas: 4 }),
        ...object(namespace, name),
      ])
      await apply(control, ...objects)
      const others = ['canary', 'baseline', 'previous'] as const
      await Promise.all(
        names.flatMap(name =>
          others.map(role => made.target.apply(name, { role, release: release('2.0.0'), instances: 4 }, op())),
        ),
      )
      await control.kubectl(['-n', namespace, 'wait', '--for=condition=Available', 'deploy', '--all', '--timeout=60s'])
    }

    for (const type of Object.keys(fronts) as RouterType[]) {
      let used = 0
      routerContract(type, routerCapabilities[type], async () => {
        const { configuration, namespace } = opened.get(type)!
        const api = openApi(namespace, openConnection(namespace, configuration.connection))
        return { router: openRouter(api, placeOf(namespace, configuration, `shop-${used++}`)) }
      })
    }

    it('shares by number of pods are refused where an autoscaler counts them', async () => {
      const { target, namespace } = opened.get('replicas')!
      const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'shop-3' }
      await apply(cluster().control, {
        apiVersion: 'autoscaling/v2',
        kind: 'HorizontalPodAutoscaler',
        metadata: { name: 'scaler', namespace },
        spec: { scaleTargetRef, minReplicas: 4, maxReplicas: 8 },
      })
      await expect(target.route('shop-3', { stable: 80, canary: 20 }, op())).rejects.toMatchObject({
        kind: 'Refused',
        message: expect.stringMatching(/HorizontalPodAutoscaler scaler counts every pod/),
      })
    })
  })
}
