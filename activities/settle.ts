import type { Role } from '../pipeline/clusters.ts'
import type { Attempt } from './effects.ts'
import { opOf } from './effects.ts'
import { Refused } from './failures.ts'
import type { SettleRequest } from './requests.ts'
import type { ClusterState, Target } from './targets/target.ts'

/**
 * Brings a service whose writer is gone to one healthy version: the stable one, else whatever older one lives. Traffic
 * first, then capacity; `previous` stays while it is to be kept warm. Answers with what it did.
 */
export async function settle(target: Target, request: SettleRequest, attempt: Attempt, now: number): Promise<string> {
  const { service, id, warmUntil } = request
  const op = (purpose: string) => opOf({ ...request, id: `${id}/${purpose}` }, null, attempt)
  const { clusters, weights } = await target.current(service)
  if (clusters.length === 0) return 'there was nothing to settle'
  const home = healthy(clusters)
  if (home === null)
    throw new Refused(`no version of ${service} on ${request.target} is healthy; deploy one, or look at its logs`)
  if (weights[home.role] !== 100) await target.route(service, { [home.role]: 100 }, op(`route-${home.role}`))
  if (home.role !== 'stable') {
    const { release, instances } = home
    await target.apply(service, { role: 'stable', release, instances }, op('apply-stable'))
    await target.route(service, { stable: 100 }, op('route-stable'))
  }
  const warm = warmUntil !== null && warmUntil > now
  const spare = (await target.current(service)).clusters.filter(
    ({ role }) => role !== 'stable' && !(warm && role === 'previous'),
  )
  for (const { role } of spare) await target.remove(service, role, op(`remove-${role}`))
  return `all traffic is on ${home.release.version}; removed: ${spare.map(({ role }) => role).join(', ') || 'nothing'}`
}

/** A baseline runs the stable version, too; a canary is the last resort. */
function healthy(clusters: readonly ClusterState[]): ClusterState | null {
  const order: readonly Role[] = ['stable', 'previous', 'baseline', 'canary']
  const found = order.map(role => clusters.find(cluster => cluster.role === role && cluster.ready > 0))
  return found.find(cluster => cluster !== undefined) ?? null
}
