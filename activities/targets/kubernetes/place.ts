import type { Role } from '../../../pipeline/clusters.ts'
import type { KubernetesService, KubernetesTarget } from '../../../pipeline/schema/configuration/kubernetes-target.ts'

/** One service of one target: where its objects are and what they are called. */
export interface Place {
  target: string
  service: string
  namespace: string
  settings: KubernetesService
  copySecrets: boolean
  /** `checkout on prod`: how messages name it. */
  name: string
  /** The user's own Deployment and Service, which are `stable`. */
  deployment: string
  stableService: string
}

export function placeOf(
  target: string,
  { namespace, copySecrets, services }: Pick<KubernetesTarget, 'namespace' | 'copySecrets' | 'services'>,
  service: string,
): Place {
  const settings = services[service]!
  return {
    ...{ target, service, namespace, settings, copySecrets },
    name: `${service} on ${target}`,
    deployment: settings.deployment ?? service,
    stableService: settings.service ?? service,
  }
}

export function deploymentOf(place: Place, role: Role): string {
  return role === 'stable' ? place.deployment : `${place.deployment}-${role}`
}

export function serviceOf(place: Place, role: Role): string {
  return role === 'stable' ? place.stableService : `${place.stableService}-${role}`
}

export const labels = {
  service: 'slipway.dev/service',
  role: 'slipway.dev/role',
  /** Of a copied ConfigMap or Secret: the name of the original. */
  copyOf: 'slipway.dev/copy-of',
  job: 'slipway.dev/job',
} as const

export const annotations = {
  /** The release, as JSON. */
  release: 'slipway.dev/release',
  /** The image that was written for it, with the digest the canary ran. */
  image: 'slipway.dev/image',
  /** Fence of the operation that wrote the object last. */
  fence: 'slipway.dev/fence',
  /** Names of configuration and of the copies that are used, as JSON. */
  config: 'slipway.dev/config',
  /** Id of the operation that made the object. */
  op: 'slipway.dev/op',
  /** A job that was ended before its time. */
  ended: 'slipway.dev/ended',
  /** Weights that were asked for, as JSON. */
  weights: 'slipway.dev/weights',
  /** Of a Service: when it was changed for nothing but to have its endpoints looked at again. */
  reminded: 'slipway.dev/reminded',
  /** Its release is stable by now; it only waits for its last requests. */
  retired: 'slipway.dev/retired',
} as const

/** How everything that Slipway made for a service is found. */
export function ours(place: Place): string {
  return `${labels.service}=${place.service}`
}

const collections = {
  deployments: '/apis/apps/v1',
  replicasets: '/apis/apps/v1',
  pods: '/api/v1',
  services: '/api/v1',
  configmaps: '/api/v1',
  secrets: '/api/v1',
  endpointslices: '/apis/discovery.k8s.io/v1',
  horizontalpodautoscalers: '/apis/autoscaling/v2',
  jobs: '/apis/batch/v1',
  ingresses: '/apis/networking.k8s.io/v1',
  httproutes: '/apis/gateway.networking.k8s.io/v1',
  virtualservices: '/apis/networking.istio.io/v1',
} as const

export type Kind = keyof typeof collections

export function pathOf({ namespace }: Pick<Place, 'namespace'>, kind: Kind, name?: string): string {
  const path = `${collections[kind]}/namespaces/${namespace}/${kind}`
  return name === undefined ? path : `${path}/${name}`
}
