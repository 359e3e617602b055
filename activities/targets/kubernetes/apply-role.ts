import type { V1Deployment } from '@kubernetes/client-node'
import type { Role } from '../../../pipeline/clusters.ts'
import { sameRelease } from '../../../pipeline/release.ts'
import type { DesiredCluster } from '../target.ts'
import { readDeployments, stableOf, stableServiceOf } from './clusters.ts'
import { copyConfig } from './config-copies.ts'
import { discard, edit } from './objects.ts'
import { deploymentOf, serviceOf } from './place.ts'
import { promotionOf } from './promotions/registry.ts'
import { releaseOf } from './release.ts'
import { type RoleCluster, writeRoleCluster } from './role-cluster.ts'
import { waitForRollout } from './rollout.ts'
import { copiesOf, type Work } from './work.ts'

/** Brings a cluster beside the stable one to what is desired; what fails leaves everything as it was. */
export async function applyRole(
  work: Work,
  desired: DesiredCluster & { role: Exclude<Role, 'stable'> },
  from?: RoleCluster['from'],
): Promise<void> {
  const { api, place, op } = work
  const { role, release, instances } = desired
  const [deployments, stableService] = await Promise.all([readDeployments(api, place), stableServiceOf(api, place)])
  const stable = stableOf(place, deployments)
  if (from === undefined && !sameRelease(release, releaseOf(place, stable))) promotionOf(work).check(stable, release)
  const source = from ?? { template: stable.spec!.template, release: releaseOf(place, stable) }
  const before = deployments.get(role) ?? null
  const copies = await copiesFor(work, { release, before, source })
  const cluster = { role, release, instances, fence: op.fence, from: source, copies, stable, stableService }
  op.progress(`${role} ${release.version}: ${instances} pods`)
  const wanted = await writeRoleCluster(work, cluster)
  try {
    await waitForRollout(work, { ...op, place, wanted, what: `${role} ${release.version}` })
  } catch (error) {
    // Stopped from outside: whoever stopped it goes on from here, or takes it back.
    if (!op.signal.aborted) await takeBack(work, role, before)
    throw error
  }
}

type Given = Pick<DesiredCluster, 'release'> & { before: V1Deployment | null; source: RoleCluster['from'] }

/** The same release keeps the configuration it has; that of the stable one is in its template already. */
async function copiesFor({ api, place }: Work, { release, before, source }: Given) {
  if (before !== null && sameRelease(releaseOf(place, before), release)) return copiesOf(before)
  return sameRelease(source.release, release) ? {} : copyConfig(api, place, release)
}

async function takeBack({ api, place }: Work, role: Role, before: V1Deployment | null): Promise<void> {
  const name = deploymentOf(place, role)
  if (before === null) {
    await discard(api, place, 'deployments', name)
    await discard(api, place, 'services', serviceOf(place, role))
    return
  }
  await edit<V1Deployment>(api, place, { kind: 'deployments', name }, found => {
    if (found === null) return null
    const { resourceVersion } = found.metadata!
    return { ...before, metadata: { ...before.metadata, resourceVersion: resourceVersion! } }
  })
}
