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

/** Who the role is bound to. */
export type Subject = { kind: 'User'; name: string } | { kind: 'ServiceAccount'; name: string; namespace: string }

/** The Role and RoleBinding that a target needs: its namespace and nothing else, its routers and no others. */
export function rbacOf(name: string, target: KubernetesTarget, subject: Subject): object[] {
  const routers = new Set(Object.values(target.services).map(({ router }) => router.type))
  const rules = [
    ...always,
    ...(target.copySecrets ? forSecrets : []),
    ...[...routers].flatMap(router => forRouter[router]),
  ]
  const metadata = { name: `slipway-${name}`, namespace: target.namespace }
  const apiGroup = 'rbac.authorization.k8s.io'
  const apiVersion = `${apiGroup}/v1`
  const bound = subject.kind === 'User' ? { apiGroup, ...subject } : subject
  return [
    { apiVersion, kind: 'Role', metadata, rules },
    {
      apiVersion,
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup, kind: 'Role', name: metadata.name },
      subjects: [bound],
    },
  ]
}

function rule(apiGroup: string, resources: string[], verbs: string[]): Rule {
  return { apiGroups: [apiGroup], resources, verbs }
}
