import type { V1Ingress } from '@kubernetes/client-node'
import type { Role } from '../../../../pipeline/clusters.ts'
import { NotFound, Refused } from '../../../failures.ts'
import { discard, edit, fenced } from '../objects.ts'
import { labels, type Place, pathOf, serviceOf } from '../place.ts'
import { clusterHeader, type Router, type RouterContext } from './router.ts'
import { roleOfService } from './shares.ts'

const prefix = 'nginx.ingress.kubernetes.io'
/** Of 10,000, so that hundredths of a percent can be said. */
const total = 10_000

/**
 * A second Ingress with ingress-nginx's canary annotations beside the user's own, which stays as it is. It splits between
 * stable and one other cluster, and says nothing of what it does: what was written is read back.
 */
export function nginxRouter({ api, place, configuration }: RouterContext<'nginx'>): Router {
  const name = configuration.ingress
  const canaryName = `${name}-slipway`
  const read = (which: string) => api.get<V1Ingress>(pathOf(place, 'ingresses', which))

  async function own(): Promise<V1Ingress> {
    const found = await read(name)
    if (found === null)
      throw new NotFound(
        `${place.name}: there is no Ingress ${name} in namespace ${place.namespace}; apply its manifest`,
      )
    checkAffinity(place, found)
    if (rulesFor(place, found).length > 0) return found
    throw new Refused(`${place.name}: no rule of Ingress ${name} leads to Service ${place.stableService}; add one`)
  }

  return {
    async weights() {
      await own()
      const canary = await read(canaryName)
      const other = canary === null ? null : splitOf(place, canary)
      if (other === null || other.share === 0) return { stable: 100 }
      if (other.share === 100) return { [other.role]: 100 }
      return { stable: Math.round((100 - other.share) * 1e4) / 1e4, [other.role]: other.share }
    },
    async route(weights, { fence, signal }) {
      const main = await own()
      const others = Object.entries(weights).filter(([role, share]) => role !== 'stable' && share > 0)
      const [other] = others as [Role, number][]
      if (others.length > 1)
        throw new Refused(
          `${place.name}: ingress-nginx splits between stable and one other cluster, not ${others.map(([role]) => role).join(' and ')}; use "baseline: stable"`,
        )
      await edit<V1Ingress>(api, place, { kind: 'ingresses', name: canaryName, signal }, found => {
        if (other === undefined && found === null) return null
        const [role, share] = other ?? [splitOf(place, found!)?.role ?? 'canary', 0]
        return fenced(place, canaryOf(place, { name: canaryName, main, found, role, share }), fence)
      })
      // With the fence written first, a late writer cannot bring it back.
      if (other === undefined) await discard(api, place, 'ingresses', canaryName)
    },
  }
}

/** A canary Ingress takes part in the affinity of the main one, which is the user's to say. */
function checkAffinity(place: Place, { metadata }: V1Ingress): void {
  const { stickyCookie } = place.settings
  const { [`${prefix}/affinity`]: affinity, [`${prefix}/session-cookie-name`]: name } = metadata?.annotations ?? {}
  if (stickyCookie === undefined || (affinity === 'cookie' && name === stickyCookie)) return
  throw new Refused(
    `${place.name}: Ingress ${metadata?.name} does not keep clients by cookie ${stickyCookie}; give it the annotations ${prefix}/affinity: cookie and ${prefix}/session-cookie-name: ${stickyCookie}`,
  )
}

interface Canary {
  name: string
  main: V1Ingress
  found: V1Ingress | null
  role: Role
  share: number
}

function canaryOf(place: Place, { name, main, found, role, share }: Canary): V1Ingress {
  const header = place.settings.clusterHeader && share > 0
  const annotations: Record<string, string> = {
    ...main.metadata?.annotations,
    ...found?.metadata?.annotations,
    [`${prefix}/canary`]: 'true',
    [`${prefix}/canary-weight`]: String(Math.round((share / 100) * total)),
    [`${prefix}/canary-weight-total`]: String(total),
    ...(header ? { [`${prefix}/canary-by-header`]: clusterHeader, [`${prefix}/canary-by-header-value`]: role } : {}),
  }
  delete annotations['kubectl.kubernetes.io/last-applied-configuration']
  const rules = rulesFor(place, main).map(({ host, http }) => ({
    host,
    http: {
      paths: http!.paths
        .filter(({ backend }) => backend.service?.name === place.stableService)
        .map(path => ({
          ...path,
          backend: { service: { ...path.backend.service!, name: serviceOf(place, role) } },
        })),
    },
  }))
  const metadata = { ...found?.metadata, name, annotations, labels: { [labels.service]: place.service } }
  const spec = { ingressClassName: main.spec?.ingressClassName, tls: main.spec?.tls, rules }
  return { ...found, metadata, spec } as V1Ingress
}

function rulesFor(place: Place, { spec }: V1Ingress) {
  const leads = (service: string | undefined) => service === place.stableService
  return (spec?.rules ?? []).filter(({ http }) => http?.paths.some(({ backend }) => leads(backend.service?.name)))
}

function splitOf(place: Place, canary: V1Ingress): { role: Role; share: number } | null {
  const service = canary.spec?.rules?.[0]?.http?.paths[0]?.backend.service?.name
  const role = service === undefined ? undefined : roleOfService(place, service)
  if (role === undefined) return null
  const { annotations = {} } = canary.metadata ?? {}
  const of = Number(annotations[`${prefix}/canary-weight-total`] ?? 100)
  const share = (Number(annotations[`${prefix}/canary-weight`] ?? 0) / of) * 100
  return { role, share: Math.round(share * 1e4) / 1e4 }
}
