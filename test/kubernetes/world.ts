import { openApi } from '../../activities/targets/kubernetes/api.ts'
import { openConnection } from '../../activities/targets/kubernetes/connection.ts'
import { rbacOf } from '../../activities/targets/kubernetes/rbac.ts'
import { kubernetesTarget } from '../../activities/targets/kubernetes/target.ts'
import type { Op, Target } from '../../activities/targets/target.ts'
import type { Release } from '../../pipeline/release.ts'
import type { KubernetesService, KubernetesTarget } from '../../pipeline/schema/configuration/kubernetes-target.ts'
import type { ControlPlane } from './control-plane.ts'

/** Everything a test may say about a service; the rest is as a user would have it. */
export type ServiceSettings = Partial<KubernetesService>

const defaults: Omit<KubernetesService, 'url'> = {
  adopt: true,
  promote: { type: 'apply' },
  ignoreOwners: [],
  ignoreDrift: [],
  instances: 2,
  router: { type: 'replicas' },
  progressDeadline: 20_000,
  drainTimeout: 0,
  settleTime: 0,
  clusterHeader: false,
}

/** A namespace, a target that may write only there, and the role that `slipway kubernetes rbac` prints for it. */
export interface TestTarget {
  target: Target
  configuration: KubernetesTarget
  namespace: string
}

export async function openTestTarget(
  control: ControlPlane,
  namespace: string,
  services: Readonly<Record<string, ServiceSettings>>,
  more: Partial<KubernetesTarget> = {},
): Promise<TestTarget> {
  const configuration: KubernetesTarget = {
    type: 'kubernetes',
    environment: 'test',
    connection: { kubeconfig: control.slipwayKubeconfig },
    namespace,
    copySecrets: false,
    services: Object.fromEntries(Object.entries(services).map(([name, one]) => [name, { ...defaults, ...one }])),
    ...more,
  }
  const role = rbacOf(namespace, configuration, { kind: 'User', name: 'slipway' })
  await apply(control, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, ...role)
  return { target: kubernetesTarget(namespace, configuration), configuration, namespace }
}

/** As somebody with all rights, beside Slipway. */
export function adminApi(control: ControlPlane) {
  return openApi('admin', openConnection('admin', { kubeconfig: control.kubeconfig }))
}

export async function apply(control: ControlPlane, ...objects: object[]): Promise<void> {
  const list = { apiVersion: 'v1', kind: 'List', items: objects }
  await control.kubectl(['apply', '-f', '-'], JSON.stringify(list))
}

/** What a user has of a service before Slipway comes: a Deployment, a Service, and where asked for an HTTPRoute. */
export function userObjects(
  namespace: string,
  name: string,
  {
    replicas = 0,
    image = 'registry.test/shop:0.0.1',
    port = 8080,
  }: { replicas?: number; image?: string; port?: number } = {},
): object[] {
  const metadata = { name, namespace }
  const container = {
    name: 'app',
    image,
    ports: [{ containerPort: port }],
    resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { memory: '32Mi' } },
  }
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: {
        replicas,
        selector: { matchLabels: { app: name } },
        template: { metadata: { labels: { app: name, team: 'shop' } }, spec: { containers: [container] } },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { selector: { app: name }, ports: [{ name: 'http', port: 80, targetPort: port }] },
    },
  ]
}

/** Reached under a path of its own, by the Gateway of `startGateway`. */
export function userRoute(namespace: string, name: string): object {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name, namespace },
    spec: {
      parentRefs: [{ name: 'gateway', namespace: 'default' }],
      rules: [
        {
          matches: [{ path: { type: 'PathPrefix', value: `/${namespace}/${name}` } }],
          backendRefs: [{ name, port: 80 }],
        },
      ],
    },
  }
}

export function release(version: string, more: Partial<Release> = {}): Release {
  return { version, image: `registry.test/shop:${version}`, ...more }
}

let ops = 0
export function op(fence = 1, more: Partial<Op> = {}): Op {
  return { id: `op-${++ops}`, fence, signal: new AbortController().signal, progress: () => {}, ...more }
}
