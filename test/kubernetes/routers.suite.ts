import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { openApi } from '../../activities/targets/kubernetes/api.ts'
import { openConnection } from '../../activities/targets/kubernetes/connection.ts'
import { untilTrue } from '../../activities/targets/kubernetes/endpoints.ts'
import { placeOf } from '../../activities/targets/kubernetes/place.ts'
import { routerContract } from '../../activities/targets/kubernetes/routers/contract.ts'
import { openRouter } from '../../activities/targets/kubernetes/routers/registry.ts'
import { clusterHeader } from '../../activities/targets/kubernetes/routers/router.ts'
import { kubernetesTarget } from '../../activities/targets/kubernetes/target.ts'
import { openWatches } from '../../activities/targets/kubernetes/watch.ts'
import type { Target } from '../../activities/targets/target.ts'
import type { Role } from '../../pipeline/clusters.ts'
import { routerCapabilities } from '../../pipeline/routers.ts'
import type { RouterConfiguration, RouterType } from '../../pipeline/schema/configuration/kubernetes-target.ts'
import type { Cluster } from './cluster.ts'
import { playGateway } from './played-gateway.ts'
import {
  apply,
  op,
  openTestTarget,
  release,
  type ServiceSettings,
  type TestTarget,
  userObjects,
  userRoute,
} from './world.ts'

interface Front {
  configure(name: string): RouterConfiguration
  object(namespace: string, name: string): object[]
  /** Of a real router what it does; of the others what they are told. */
  chosenBy(cluster: Cluster, at: { namespace: string; name: string; role: Role }): Promise<Role | null>
}

/** What a user has in front of the Service, for each router. */
const fronts: { [T in RouterType]: Front } = {
  replicas: { configure: () => ({ type: 'replicas' }), object: () => [], chosenBy: async () => null },
  'gateway-api': {
    configure: name => ({ type: 'gateway-api', route: name }),
    object: (ns, name) => [userRoute(ns, name)],
    chosenBy: askedByHeader,
  },
  istio: {
    configure: name => ({ type: 'istio', virtualService: name }),
    async chosenBy({ control }, { namespace, name, role }) {
      const { spec } = JSON.parse(await control.kubectl(['-n', namespace, 'get', 'virtualservice', name, '-o', 'json']))
      const rules = spec.http as { match?: { headers: Headers }[]; route: { destination: { host: string } }[] }[]
      const fits = ({ match }: (typeof rules)[number]) =>
        match === undefined || match.some(({ headers }) => headers[clusterHeader]?.exact === role)
      return roleIn(rules.find(fits)!.route[0]!.destination.host, name)
    },
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
    async chosenBy({ control }, { namespace, name, role }) {
      const get = ['-n', namespace, 'get', 'ingress', `${name}-slipway`, '--ignore-not-found', '-o', 'json']
      const text = await control.kubectl(get)
      if (text === '') return 'stable'
      const { metadata, spec } = JSON.parse(text)
      const at = 'nginx.ingress.kubernetes.io/canary-by-header'
      const { [at]: by, [`${at}-value`]: value } = metadata.annotations
      if (by !== clusterHeader || value !== role) return null
      return roleIn(spec.rules[0].http.paths[0].backend.service.name, name)
    },
    object: (namespace, name) => [
      {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'Ingress',
        metadata: {
          name,
          namespace,
          annotations: {
            'nginx.ingress.kubernetes.io/affinity': 'cookie',
            'nginx.ingress.kubernetes.io/session-cookie-name': 'met',
          },
        },
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

type Headers = Record<string, { exact?: string }>

function roleIn(service: string, name: string): Role {
  return (service.split('.')[0]!.slice(name.length + 1) || 'stable') as Role
}

/** What ten answers of the real data plane in a row say; null when they differ. */
async function askedByHeader(
  { gateway }: Cluster,
  { namespace, name, role }: { namespace: string; name: string; role: Role },
) {
  const url = `${gateway.url}/${namespace}/${name}`
  const ask = async () => {
    const answer = await fetch(url, { headers: { [clusterHeader]: role } })
    return answer.ok ? ((await answer.json()) as { version: string }).version : null
  }
  const versions = new Set<string | null>()
  for (let asked = 0; asked < 10; asked++) versions.add(await ask())
  const [version = null, ...others] = versions
  if (version === null || others.length > 0) return null
  return version === '2.0.0' ? 'canary' : 'stable'
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
      const { control, pods } = cluster()
      const namespace = `routers-${type}`
      const names = Array.from({ length: each }, (_, index) => `shop-${index}`)
      const { configure, object } = fronts[type]
      const services: Record<string, ServiceSettings> = Object.fromEntries(
        names.map(name => [name, { router: configure(name) }]),
      )
      if (routerCapabilities[type].cookie) services['shop-0']!.stickyCookie = 'met'
      if (routerCapabilities[type].header) services['shop-3']!.clusterHeader = true
      const made = await openTestTarget(control, namespace, services)
      opened.set(type, made)
      const objects = names.flatMap(name => [
        ...userObjects(namespace, name, { replicas: 4, port: pods.port }),
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
      // The real data plane here copies no requests; what does is played below.
      const able = { ...routerCapabilities[type], mirror: type === 'istio' }
      routerContract(type, able, async () => {
        const { configuration, namespace } = opened.get(type)!
        const api = openApi(namespace, openConnection(namespace, configuration.connection))
        const name = `shop-${used++ % each}`
        return {
          router: openRouter(api, placeOf(namespace, configuration, name), openWatches(api)),
          chosenBy: role => fronts[type].chosenBy(cluster(), { namespace, name, role }),
        }
      })
    }

    it('clients stay on the new version once they have met it, and not for longer than it is there', async () => {
      const { gateway } = cluster()
      const { target, namespace } = opened.get('gateway-api')!
      await target.route('shop-0', { stable: 50, canary: 50 }, op(9))
      const url = `${gateway.url}/${namespace}/shop-0`
      const ask = async (cookie: string | null) => {
        const answer = await fetch(url, cookie === null ? {} : { headers: { cookie: `a=b; ${cookie}` } })
        const { version } = (await answer.json()) as { version: string }
        return { version, cookie: answer.headers.get('set-cookie')?.split(';')[0] ?? null }
      }
      // The router has said yes; all of the pods behind it answer some moments later.
      const allAnswer = async () => {
        const answers = await Promise.all(Array.from({ length: 20 }, () => fetch(url)))
        return answers.every(({ ok }) => ok)
      }
      await untilTrue(allAnswer, { within: 30_000, signal: AbortSignal.timeout(30_000) })
      const met = await untilMet(() => ask(null))
      expect(met).toMatch(/^met=canary-[0-9a-f]{8}$/)
      const kept = await Promise.all(Array.from({ length: 20 }, () => ask(met)))
      expect(new Set(kept.map(({ version }) => version))).toEqual(new Set(['2.0.0']))
      const others = await Promise.all(Array.from({ length: 40 }, () => ask('met=canary-00000000')))
      expect(others.some(({ version }) => version === '0.0.1')).toBe(true)
      await target.route('shop-0', { stable: 100 }, op(9))
      expect((await target.current('shop-0')).weights).toEqual({ stable: 100 })
      const route = await cluster().control.kubectl(['-n', namespace, 'get', 'httproute', 'shop-0', '-o', 'json'])
      expect(JSON.parse(route).spec.rules).toHaveLength(1)
      expect(route).not.toContain('met=')
    })

    it('Istio is told the same, and ingress-nginx to be told by its own annotations', async () => {
      const { target, namespace } = opened.get('istio')!
      await target.route('shop-0', { stable: 75, canary: 25 }, op(9))
      const read = async () => {
        const text = await cluster().control.kubectl(['-n', namespace, 'get', 'virtualservice', 'shop-0', '-o', 'json'])
        return JSON.parse(text).spec.http
      }
      expect(await read()).toMatchObject([
        { match: [{ headers: { cookie: { regex: expect.stringMatching(/met=canary-[0-9a-f]{8}/) } } }] },
        {
          route: [{ weight: 75 }, { weight: 25, headers: { response: { add: { 'set-cookie': expect.any(String) } } } }],
        },
      ])
      await target.route('shop-0', { stable: 100 }, op(9))
      expect(await read()).toEqual([
        { route: [{ destination: { host: `shop-0.${namespace}.svc.cluster.local` }, weight: 100 }] },
      ])
      const nginx = opened.get('nginx')!
      const other = { ...nginx.configuration.services['shop-0']!, stickyCookie: 'other' }
      const renamed = kubernetesTarget(nginx.namespace, { ...nginx.configuration, services: { 'shop-0': other } })
      await expect(renamed.route('shop-0', { stable: 75, canary: 25 }, op(9))).rejects.toMatchObject({
        kind: 'Refused',
        message: expect.stringMatching(/does not keep clients by cookie other; give it the annotations/),
      })
    })

    it('copies of requests are refused where the class of a Gateway lists no such thing', async () => {
      const target = await copying(cluster(), opened.get('gateway-api')!)
      await expect(target.mirrors!('shop-2')).rejects.toMatchObject({
        kind: 'Refused',
        message: expect.stringMatching(/GatewayClass traefik does not do HTTPRouteRequestMirror/),
      })
      const told = target.route('shop-2', { stable: 100 }, op(9, { mirror: 20 }))
      await expect(told).rejects.toMatchObject({ kind: 'Refused' })
      expect(await target.current('shop-2')).not.toHaveProperty('mirror')
      const plain = opened.get('gateway-api')!.target
      await expect(plain.mirrors!('shop-2')).rejects.toMatchObject({ message: expect.stringMatching(/cannot copy/) })
    })

    it('copies of requests are asked of a Gateway whose class does it, and taken back before the canary goes', async () => {
      const { namespace } = opened.get('gateway-api')!
      const controller = await playGateway(cluster().control, { namespace, route: 'shop-2' })
      // Opened afterwards: what somebody else has changed is seen some moments later.
      const target = await copying(cluster(), opened.get('gateway-api')!)
      try {
        await target.mirrors!('shop-2')
        await target.route('shop-2', { stable: 100 }, op(10, { mirror: 20 }))
        expect(await target.current('shop-2')).toMatchObject({ weights: { stable: 100 }, mirror: 20 })
        expect(await controller.rules()).toMatchObject([
          {
            filters: [{ requestMirror: { backendRef: { name: 'shop-2-canary', port: 80 }, percent: 20 } }],
            backendRefs: [{ name: 'shop-2', weight: 100 }],
          },
        ])
        await expect(target.remove('shop-2', 'canary', op(10))).rejects.toMatchObject({
          message: expect.stringMatching(/canary still gets copies of requests/),
        })
        await target.route('shop-2', { stable: 100 }, op(11))
        expect(await target.current('shop-2')).not.toHaveProperty('mirror')
        expect((await controller.rules())[0]).not.toHaveProperty('filters')
      } finally {
        await controller.stop()
      }
    })

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

/** The target with leave to copy requests through its Gateway, and the rights for that. */
async function copying({ control }: Cluster, { namespace }: TestTarget): Promise<Target> {
  const router = { type: 'gateway-api', route: 'shop-2', mirror: true } as const
  return (await openTestTarget(control, namespace, { 'shop-2': { router } })).target
}

/** The cookie of the first answer that gives one. */
async function untilMet(ask: () => Promise<{ cookie: string | null }>): Promise<string> {
  for (let tries = 0; tries < 500; tries++) {
    const { cookie } = await ask()
    if (cookie !== null) return cookie
    await sleep(20)
  }
  throw new Error('no answer gave a cookie')
}
