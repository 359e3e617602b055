import type { Release } from '../pipeline/release.ts'
import { releaseKey } from '../pipeline/release.ts'
import { StoreUnavailable } from '../store/errors.ts'
import type { Store } from '../store/store.ts'
import type { Resolved, ResolveRequest } from './requests.ts'

/**
 * Fails a stage that brings a release which was taken back before. While the store is down nobody can say, and the release
 * goes on: a store outage stops no delivery, and the judges are still there.
 */
export async function refuseQuarantined(
  resolved: Resolved,
  { application }: ResolveRequest,
  store: Pick<Store, 'quarantined'>,
  now: Date,
): Promise<Resolved> {
  if (resolved.outcome !== 'run' || application === undefined) return resolved
  const { stage } = resolved
  if (!('release' in stage && 'service' in stage)) return resolved
  const { service } = stage
  const release = stage.release as Release
  const found = await store
    .quarantined({ application, service, key: releaseKey(release) }, now.toISOString())
    .catch(error => {
      if (error instanceof StoreUnavailable) return null
      throw error
    })
  if (found === null) return resolved
  const { execution, since, until, reason } = found
  return {
    outcome: 'failed',
    reason:
      `${release.version} of ${service} is in quarantine until ${until}: ${execution} took it back at ${since} (${reason}); ` +
      `deploy another one, or let it in again with slipway quarantine release ${application} ${service} ${release.version}`,
  }
}
