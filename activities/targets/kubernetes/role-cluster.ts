import type { V1Deployment, V1PodTemplateSpec, V1Service } from '@kubernetes/client-node'
import type { Role } from '../../../pipeline/clusters.ts'
import type { Release } from '../../../pipeline/release.ts'
import type { KubernetesApi } from './api.ts'
import { discard, edit, fenced } from './objects.ts'
import { annotations, deploymentOf, labels, type Place, pathOf, serviceOf } from './place.ts'
import { type ConfigCopies, forRole, roleLabels, withRelease } from './template.ts'
import type { Work } from './work.ts'

export interface RoleCluster {
  role: Exclude<Role, 'stable'>
  release: Release
  instances: number
  fence: number
  /** The pod template it is made from, and the release in it. */
  from: { template: V1PodTemplateSpec; release: Release }
  copies: ConfigCopies
  stable: V1Deployment
  stableService: V1Service
}

/** Writes the Deployment of a role and the Service that leads to it alone. Both are ours. */
export async function writeRoleCluster(work: Work, cluster: RoleCluster): Promise<V1Deployment> {
  const { api, watches, place, op } = work
  await writeService(api, place, cluster)
  const { role, release, instances, fence, from, copies, stable, stableService } = cluster
  const selectors = [stable.spec!.selector.matchLabels ?? {}, originalSelector(stableService)]
  const template = forRole(place, withRelease(place, from.template, { before: from.release, release, copies }), {
    role,
    selectors,
  })
  const name = deploymentOf(place, role)
  const write = (found: V1Deployment | null): V1Deployment | null => {
    if (leaves(found)) return null
    const deployment: V1Deployment = found ?? { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name } }
    deployment.metadata!.labels = { ...deployment.metadata!.labels, ...roleLabels(place, role) }
    const { [annotations.retired]: _, ...kept } = deployment.metadata!.annotations ?? {}
    deployment.metadata!.annotations = {
      ...kept,
      [annotations.release]: JSON.stringify(release),
      [annotations.config]: JSON.stringify(copies),
    }
    deployment.spec = {
      ...deployment.spec,
      replicas: instances,
      selector: { matchLabels: roleLabels(place, role) },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '50%', maxUnavailable: 0 } },
      ...(stable.spec!.minReadySeconds === undefined ? {} : { minReadySeconds: stable.spec!.minReadySeconds }),
      revisionHistoryLimit: 1,
      template,
    }
    return fenced(place, deployment, fence)
  }
  for (;;) {
    const written = await edit<V1Deployment>(api, place, { kind: 'deployments', name }, write)
    if (!leaves(written)) return written!
    // Whatever is written to it, it goes: an attempt before may have taken it back, and died before it was gone.
    const { signal } = op
    const gone = (found: V1Deployment | null) => (leaves(found) ? undefined : true)
    await watches.until(pathOf(place, 'deployments'), name, gone, { signal, every: 1_000 })
  }
}

function leaves(deployment: V1Deployment | null): boolean {
  return Boolean(deployment?.metadata?.deletionTimestamp)
}

async function writeService(api: KubernetesApi, place: Place, { role, fence, stableService }: RoleCluster) {
  const name = serviceOf(place, role)
  const ports = (stableService.spec?.ports ?? []).map(({ nodePort: _, ...port }) => port)
  await edit<V1Service>(api, place, { kind: 'services', name }, found => {
    if (found?.metadata?.labels?.[labels.role] === role) return null
    const metadata = { name, labels: roleLabels(place, role) }
    return fenced(place, { metadata, spec: { selector: roleLabels(place, role), ports } }, fence)
  })
}

/** Deletes Deployment and Service of a role; resolves when its pods are gone. */
export async function endRoleCluster({ api, watches, place, op: { signal } }: Work, role: Role): Promise<void> {
  await Promise.all([
    discard(api, place, 'deployments', deploymentOf(place, role)),
    discard(api, place, 'services', serviceOf(place, role)),
  ])
  const gone = (found: object | null) => (found === null ? true : undefined)
  await watches.until(pathOf(place, 'deployments'), deploymentOf(place, role), gone, { signal, every: 1_000 })
}

/** The selector the user gave the Service, whatever it has at present. */
export function originalSelector(service: V1Service): Record<string, string> {
  const kept = service.metadata?.annotations?.[originalSelectorKey]
  return kept === undefined ? (service.spec?.selector ?? {}) : JSON.parse(kept)
}

export const originalSelectorKey = 'slipway.dev/selector'
