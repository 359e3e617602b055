import { z } from 'zod'
import { duration, name, positiveDuration } from '../scalars.ts'
import { isMap, worded } from '../words.ts'
import { gitAccess } from './git-access.ts'

const file = z.string().min(1).max(4_096)

/** Names of Kubernetes objects may hold dots. */
const objectName = z
  .string('a name of a Kubernetes object')
  .max(253)
  .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, 'a name of a Kubernetes object')

const aConnection = 'a kubeconfig, a server with a tokenFile, or inCluster: true'

const connections = [
  z.strictObject({
    kubeconfig: file.describe('A kubeconfig file; relative to this file.'),
    context: z.string().min(1).max(253).optional().describe('One of its contexts; else the current one.'),
  }),
  z.strictObject({
    inCluster: z.literal(true).describe('As the service account of the pod that Slipway runs in.'),
  }),
  z.strictObject({
    server: z.url({ protocol: /^https$/, error: 'an https address' }).describe('The API server.'),
    tokenFile: file.describe('Holds the token; read again when it changes. Relative to this file.'),
    caFile: file.optional().describe('Certificate of the authority that signed the server’s.'),
  }),
] as const

const meant = (input: unknown) =>
  isMap(input) ? ['kubeconfig', 'inCluster', 'server'].findIndex(key => key in input) : -1

const orNull = (index: number) => (index < 0 ? null : index)

/** One of the configuration's `kubernetes`. */
export const namedConnection = worded(z.union(connections), aConnection, input => orNull(meant(input)))

type Unnamed = z.output<typeof namedConnection>

/** Once the file is loaded, a name is what it names, which then knows its name. */
export const kubernetesConnection = worded(
  z.union([...connections, name]),
  `the name of a connection, ${aConnection}`,
  input => (typeof input === 'string' ? connections.length : orNull(meant(input))),
) as unknown as z.ZodType<Unnamed & { name?: string }>

const router = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('replicas').describe('The Service itself: as many pods, as much traffic.') }),
  z.strictObject({
    type: z.literal('gateway-api').describe('Weights of an HTTPRoute.'),
    route: objectName.describe('The HTTPRoute whose rules lead to the Service.'),
    mirror: z
      .literal(true)
      .optional()
      .describe('Its Gateway does `RequestMirror`; Slipway may then read Gateways and their classes, to ask them.'),
  }),
  z.strictObject({
    type: z.literal('istio').describe('Weights of a VirtualService.'),
    virtualService: objectName.describe('The VirtualService whose routes lead to the Service.'),
  }),
  z.strictObject({
    type: z.literal('nginx').describe('A canary Ingress beside the Ingress.'),
    ingress: objectName.describe('The Ingress whose rules lead to the Service.'),
  }),
])

const aPath = 'a path such as web.image or images.0.tag'
const keyPath = z
  .string(aPath)
  .max(500, aPath)
  .regex(/^[^.\p{Cc}]+(\.[^.\p{Cc}]+)*$/u, aPath)

const aCookie = 'a cookie name of letters, digits, _ and -'
const cookieName = z
  .string(aCookie)
  .max(100, aCookie)
  .regex(/^[A-Za-z0-9_-]+$/, aCookie)

const aFileInside = 'the path of a file in the repository, such as apps/shop/deployment.yaml'

const promote = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('apply').describe('Written into the Deployment; needs `adopt: true`.') }),
  z.strictObject({
    type: z
      .literal('git')
      .describe('Committed to the repository that Argo CD, Flux or somebody else brings to the cluster.'),
    ...gitAccess,
    branch: z.string().min(1).max(200).default('main').describe('The branch that is committed to.'),
    file: z
      .string(aFileInside)
      .max(1_000, aFileInside)
      .regex(/^(?![/-])(?!.*(^|\/)\.\.?(\/|$))[^\p{Cc}\\]+$/u, aFileInside)
      .describe('The YAML file that says the image: the Deployment, a Kustomization with `images`, or values.'),
    image: keyPath.optional().describe('Of other files: where in it the whole image is, such as `web.image`.'),
    tag: keyPath.optional().describe('Of other files: where in it the tag of the image is, such as `web.image.tag`.'),
    author: z
      .string()
      .max(200)
      .regex(/^[^<>\p{Cc}]+ <[^<>\s\p{Cc}]+>$/u, 'a name and an address, such as Slipway <slipway@example.org>')
      .default('Slipway <slipway@localhost>')
      .describe('Whose commits they are.'),
    within: positiveDuration
      .prefault('10m')
      .describe('How long the cluster may take to show what was committed; then it is committed back.'),
  }),
])

const owner = z.enum(['argo-cd', 'flux', 'helm'])

const service = z.strictObject({
  deployment: objectName.optional().describe('The Deployment that is stable; named like the service unless given.'),
  service: objectName.optional().describe('The Service of that Deployment; named like the service unless given.'),
  container: name.optional().describe('The container that gets the release; the first one unless named.'),
  adopt: z
    .boolean()
    .default(false)
    .describe('Lets promotions change image, command, environment and configuration of the Deployment.'),
  promote: promote
    .prefault({ type: 'apply' })
    .describe('How a release becomes the stable one, when it is not written into the Deployment.'),
  ignoreOwners: z
    .array(owner)
    .max(3)
    .default([])
    .describe('Owners of the Deployment that are known to ignore what a promotion changes.'),
  instances: z.int().min(1).max(1_000).default(2).describe('Pods of the first version, when the Deployment has none.'),
  router: router.prefault({ type: 'replicas' }).describe('What splits the traffic.'),
  progressDeadline: positiveDuration
    .prefault('5m')
    .describe('How long pods may take to become ready without progress.'),
  drainTimeout: duration.prefault('10s').describe('How long a cluster without traffic is kept for requests in flight.'),
  settleTime: duration
    .prefault('1s')
    .describe('How long the data plane may take to do what its control plane has accepted.'),
  ignoreDrift: z
    .array(z.string().min(1).max(200))
    .max(50)
    .default([])
    .describe('Fields that others may change unremarked: `image`, `env`, `env.NAME`, `command`, `weights`, …'),
  clusterHeader: z
    .boolean()
    .default(false)
    .describe('Lets `x-slipway-cluster` choose the cluster, where the router can.'),
  stickyCookie: cookieName
    .optional()
    .describe('Cookie that keeps clients on the new version once they have met it, where the router can.'),
  url: z
    .url({ protocol: /^https?$/, error: 'an http or https address' })
    .optional()
    .describe('Where clients reach it.'),
})

export const kubernetesTarget = z.strictObject({
  type: z.literal('kubernetes').describe('Deployments of a Kubernetes cluster.'),
  environment: name.describe('What permissions and freezes hang on.'),
  region: name.optional().describe('Where it is.'),
  connection: kubernetesConnection.describe('The cluster, and as whom we talk to it.'),
  namespace: name.describe('The only namespace this target reads and writes.'),
  copySecrets: z
    .boolean()
    .default(false)
    .describe('Lets a release move Secrets along, too; Slipway may then read every Secret of the namespace.'),
  services: z.record(name, service).describe('Only these services may be deployed here.'),
})

export type KubernetesTarget = z.output<typeof kubernetesTarget>
export type KubernetesConnection = KubernetesTarget['connection']
export type KubernetesService = KubernetesTarget['services'][string]
export type RouterConfiguration = KubernetesService['router']
export type RouterType = RouterConfiguration['type']
export type Promotion = KubernetesService['promote']
export type CommitSettings = Extract<Promotion, { type: 'git' }>
export type Owner = z.output<typeof owner>
