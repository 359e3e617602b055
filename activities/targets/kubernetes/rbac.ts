import type { KubernetesTarget, RouterType } from '../../../pipeline/schema/configuration/kubernetes-target.ts'

interface Rule {
  apiGroups: string[]
  resources: string[]
  verbs: string[]
}

/** What Slipway needs in the namespace of every target. */
const always: readonly Rule[] = [
  rule('apps', ['deployments'], ['get', 'list', 'watch', 'create', 'update', 'delete']),
  rule('apps', ['replicasets'], ['list']),
  rule('', ['services'], ['get', 'list', 'watch', 'create', 'update', 'delete']),
  rule('', ['configmaps'], ['get', 'list', 'create', 'update', 'delete']),
  rule('', ['pods'], ['list', 'watch']),
  rule('', ['pods/log'], ['get']),
  rule('batch', ['jobs'], ['get', 'list', 'watch', 'create', 'update']),
  rule('discovery.k8s.io', ['endpointslices'], ['list', 'watch']),
  rule('autoscaling', ['horizontalpodautoscalers'], ['list', 'watch']),
]

const forSecrets: readonly Rule[] = [rule('', ['secrets'], ['get', 'list', 'create', 'delete'])]

const forRouter: Record<RouterType, readonly Rule[]> = {
  replicas: [rule('', ['pods'], ['patch'])],
  'gateway-api': [rule('gateway.networking.k8s.io', ['httproutes'], ['get', 'list', 'watch', 'update'])],
  istio: [rule('networking.istio.io', ['virtualservices'], ['get', 'list', 'watch', 'update'])],
  nginx: [rule('networking.k8s.io', ['ingresses'], ['get', 'list', 'watch', 'create', 'update', 'delete'])],
}

/** To ask Gateways, in whatever namespace they are, whether they copy requests. */
const forMirrors: readonly Rule[] = [rule('gateway.networking.k8s.io', ['gateways', 'gatewayclasses'], ['get'])]

/** Who the role is bound to. */
export type Subject = { kind: 'User'; name: string } | { kind: 'ServiceAccount'; name: string; namespace: string }

/**
 * The Role and RoleBinding that a target needs: its namespace and nothing else, its routers and no others. Only where
 * requests may be copied through a Gateway, also a ClusterRole to look at Gateways.
 */
export function rbacOf(name: string, target: KubernetesTarget, subject: Subject): object[] {
  const routers = new Set(Object.values(target.services).map(({ router }) => router.type))
  const rules = [
    ...always,
    ...(target.copySecrets ? forSecrets : []),
    ...[...routers].flatMap(router => forRouter[router]),
  ]
  const mirrors = Object.values(target.services).some(({ router }) => 'mirror' in router && router.mirror)
  const called = `slipway-${name}`
  return [
    ...granted('Role', { name: called, namespace: target.namespace }, rules, subject),
    ...(mirrors ? granted('ClusterRole', { name: called }, forMirrors, subject) : []),
  ]
}

function granted(
  kind: 'Role' | 'ClusterRole',
  metadata: { name: string; namespace?: string },
  rules: readonly Rule[],
  subject: Subject,
): object[] {
  const apiGroup = 'rbac.authorization.k8s.io'
  const apiVersion = `${apiGroup}/v1`
  const bound = subject.kind === 'User' ? { apiGroup, ...subject } : subject
  const roleRef = { apiGroup, kind, name: metadata.name }
  return [
    { apiVersion, kind, metadata, rules },
    { apiVersion, kind: `${kind}Binding`, metadata, roleRef, subjects: [bound] },
  ]
}

function rule(apiGroup: string, resources: string[], verbs: string[]): Rule {
  return { apiGroups: [apiGroup], resources, verbs }
}
