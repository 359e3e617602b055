import type { Finding } from '../problem.ts'
import { routerCapabilities } from '../routers.ts'
import type { KubernetesService, KubernetesTarget } from '../schema/configuration/kubernetes-target.ts'
import { accessFindings } from './repositories.ts'

/** What the router of a service cannot do, and promotions that cannot be made; paths are inside the target. */
export function kubernetesFindings({ services }: KubernetesTarget): Finding[] {
  return Object.entries(services).flatMap(([name, service]) =>
    [...routerFindings(service), ...promotionFindings(service)].map(({ path, ...rest }) => ({
      ...rest,
      path: ['services', name, ...path],
    })),
  )
}

function routerFindings({ router, clusterHeader, stickyCookie }: KubernetesService): Finding[] {
  const { header, cookie } = routerCapabilities[router.type]
  const cannot = (key: string, what: string): Finding => ({
    path: [key],
    message: `router "${router.type}" cannot ${what}`,
  })
  return [
    ...(clusterHeader && !header ? [cannot('clusterHeader', 'choose a cluster by header')] : []),
    ...(stickyCookie !== undefined && !cookie ? [cannot('stickyCookie', 'keep clients on a cluster by cookie')] : []),
  ]
}

function promotionFindings({ promote }: KubernetesService): Finding[] {
  if (promote.type !== 'git') return []
  const twice: Finding = {
    path: ['tag'],
    atKey: true,
    message: 'either "image" or "tag" says where the image is, not both',
  }
  const findings = [...accessFindings(promote), ...(promote.image && promote.tag ? [twice] : [])]
  return findings.map(({ path, ...rest }) => ({ ...rest, path: ['promote', ...path] }))
}
