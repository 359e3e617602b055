import type { Role, Weights } from '../../../../pipeline/clusters.ts'
import { type Release, sameRelease } from '../../../../pipeline/release.ts'
import { Invalid, Refused } from '../../../failures.ts'
import type { DesiredCluster } from '../../target.ts'
import type { Cluster } from './cluster.ts'
import { type Roles, wholeAgain } from './roles.ts'
import { onlyTo } from './weights.ts'

/** What `apply` needs of a service. */
export interface Applied {
  name: string
  roles: Roles
  weights(): Weights
  weightOf(role: Role): number
  shift(weights: Weights): void
  save(): Promise<void>
  log(message: string, details: object): void
}

type Progress = (message: string) => void

/** Clusters a new stable version may come from, warm. Never `baseline`, which runs the old one. */
const donors = ['canary', 'preview', 'previous'] as const satisfies readonly Role[]

/**
 * Brings one cluster to what is desired. In all cases health comes before traffic, and what fails or is stopped leaves
 * everything as it was.
 *
 * - The same release: more or fewer instances.
 * - A new stable release that is warm already: it becomes `stable`, with the traffic it had and the traffic of the
 *   old one, which becomes `previous`.
 * - A new stable release while `stable` has no traffic: started beside it; then the old one becomes `previous`.
 * - One that is to be recreated: the old one ends, then the new one starts; when it does not, the old one starts again.
 * - Any other new release: replaces the old one instance by instance, one more than needed at a time.
 */
export async function apply(
  service: Applied,
  desired: DesiredCluster,
  signal: AbortSignal,
  progress: Progress,
): Promise<void> {
  const { role, release, instances } = desired
  if (!(instances >= 1)) throw new Invalid(`${service.name}: ${role} needs at least one instance; or remove it`)
  const present = service.roles.cluster(role)
  if (present && sameRelease(present.release, release)) return resize(service, present, instances, signal, progress)
  const donor = role === 'stable' ? donorOf(service, release) : undefined
  if (donor) return promote(service, donor, instances, signal, progress)
  if (!present) return start(service, desired, signal, progress)
  if (role === 'stable' && service.weightOf('stable') === 0) return startBeside(service, desired, signal, progress)
  if (desired.recreate) return recreate(service, present, desired, signal, progress)
  return replace(service, present, desired, signal, progress)
}

async function resize(service: Applied, cluster: Cluster, count: number, signal: AbortSignal, progress: Progress) {
  if (count > cluster.size) progress(`${cluster.role}: from ${cluster.size} to ${count} instances`)
  await cluster.grow(count, signal, progress)
  cluster.size = count
  await service.save()
  await cluster.shrink(count)
}

async function start(service: Applied, desired: DesiredCluster, signal: AbortSignal, progress: Progress) {
  const cluster = await startPending(service, desired, signal, progress)
  service.roles.commit(new Map([[desired.role, cluster]]))
  // The first version of a service needs no shift: there is nobody to shift from.
  if (desired.role === 'stable' && Object.keys(service.weights()).length === 0) service.shift(onlyTo('stable'))
}

async function startBeside(service: Applied, desired: DesiredCluster, signal: AbortSignal, progress: Progress) {
  refuseBusyPrevious(service)
  const cluster = await startPending(service, desired, signal, progress)
  await becomeStable(service, cluster)
}

async function promote(service: Applied, donor: Cluster, count: number, signal: AbortSignal, progress: Progress) {
  if (donor.role !== 'previous') refuseBusyPrevious(service)
  progress(`${donor.role} ${donor.release.version} is warm and becomes stable`)
  await donor.grow(count, signal, progress)
  await becomeStable(service, donor)
  donor.size = count
  await service.save()
  await donor.shrink(count)
}

/** One moment for roles and traffic: at no time is a share of it without a cluster. */
async function becomeStable(service: Applied, cluster: Cluster): Promise<void> {
  const old = service.roles.cluster('stable')
  const displaced = service.roles.cluster('previous')
  const moved = cluster.phase === 'committed' ? service.weightOf(cluster.role) : 0
  const weights = { ...service.weights(), [cluster.role]: 0, stable: service.weightOf('stable') + moved }
  const assignments = new Map<Role, Cluster>([['stable', cluster]])
  if (old) assignments.set('previous', old)
  service.roles.commit(assignments)
  service.shift(weights)
  service.log('stable changed', { from: old?.release.version ?? null, to: cluster.release.version })
  const leaves = displaced !== cluster && displaced !== service.roles.cluster('previous') ? displaced : undefined
  await saveAndDiscard(service, leaves)
}

async function startPending(
  service: Applied,
  { role, release, instances }: DesiredCluster,
  signal: AbortSignal,
  progress: Progress,
): Promise<Cluster> {
  progress(`${role} ${release.version}: starting ${instances} instances`)
  const cluster = service.roles.begin({ role, release, size: instances, phase: 'pending' })
  try {
    await cluster.grow(instances, signal, progress)
    return cluster
  } catch (error) {
    await service.roles.discard(cluster)
    throw error
  }
}

async function replace(
  service: Applied,
  old: Cluster,
  { role, release, instances }: DesiredCluster,
  signal: AbortSignal,
  progress: Progress,
): Promise<void> {
  progress(`${role}: replacing ${old.release.version} by ${release.version}, instance by instance`)
  const next = service.roles.begin({ role, release, size: instances, phase: 'joining' })
  try {
    for (let count = 1; count <= instances; count++) {
      await next.grow(count, signal, progress)
      await old.shrink(count === instances ? 0 : Math.max(0, old.size - count))
    }
  } catch (error) {
    service.log('replacement is taken back', { role, from: old.release.version, to: release.version })
    await wholeAgain(old)
    await service.roles.discard(next)
    throw error
  }
  service.roles.commit(new Map([[role, next]]))
  await saveAndDiscard(service, old)
}

async function recreate(
  service: Applied,
  old: Cluster,
  desired: DesiredCluster,
  signal: AbortSignal,
  progress: Progress,
): Promise<void> {
  progress(`${desired.role}: ${old.release.version} ends before ${desired.release.version} starts`)
  await old.shrink(0)
  try {
    const cluster = await startPending(service, desired, signal, progress)
    service.roles.commit(new Map([[desired.role, cluster]]))
  } catch (error) {
    await wholeAgain(old)
    throw error
  }
  await saveAndDiscard(service, old)
}

/** What was replaced goes even when the disk is full. */
async function saveAndDiscard(service: Applied, leaves: Cluster | undefined): Promise<void> {
  try {
    await service.save()
  } finally {
    if (leaves) await service.roles.discard(leaves)
  }
}

function donorOf(service: Applied, release: Release): Cluster | undefined {
  return donors
    .map(role => service.roles.cluster(role))
    .find(cluster => cluster && sameRelease(cluster.release, release))
}

function refuseBusyPrevious(service: Applied): void {
  const weight = service.weightOf('previous')
  if (weight > 0)
    throw new Refused(
      `${service.name}: previous would be replaced, but gets ${weight} % of the traffic; route it elsewhere first`,
    )
}
