import type { Execution, Json } from '../pipeline/execution.ts'
import type { Release } from '../pipeline/release.ts'
import { sameRelease } from '../pipeline/release.ts'
import type { Store } from '../store/store.ts'
import type { EarlierReleaseRequest } from './stage-requests.ts'
import type { Target } from './targets/target.ts'

const pages = 10
const pageSize = 100

/**
 * The newest release, of the version if one is asked for, that a stage has made stable there; else one that the target keeps
 * by itself. Looks at the last 1,000 runs.
 */
export async function earlierRelease(
  request: EarlierReleaseRequest,
  { store, target }: { store: Pick<Store, 'list'>; target: Pick<Target, 'kept'> },
): Promise<Release | null> {
  const { version, except } = request
  const fits = (release: Release) => (version === null ? !sameRelease(release, except) : release.version === version)
  const known = await recorded(request, store, fits)
  return known ?? (await target.kept?.(request.service))?.find(fits) ?? null
}

async function recorded(
  request: EarlierReleaseRequest,
  store: Pick<Store, 'list'>,
  fits: (release: Release) => boolean,
): Promise<Release | null> {
  let cursor: string | null = null
  for (let page = 0; page < pages; page++) {
    const { items, next } = await store.list({}, pageSize, cursor)
    const found = items.flatMap(execution => releasesOf(execution, request)).find(fits)
    if (found !== undefined) return found
    if (next === null) return null
    cursor = next
  }
  return null
}

/** What was stable at some time, newest first: what a stage made stable, then what was there before it. */
function releasesOf({ stages }: Execution, { target, service }: EarlierReleaseRequest): Release[] {
  return stages
    .filter(({ progress }) => progress?.target === target && progress.service === service)
    .sort((a, b) => ((a.endedAt ?? '') < (b.endedAt ?? '') ? 1 : -1))
    .flatMap(({ status, outputs }) => [...(status === 'succeeded' ? [outputs.release] : []), outputs.previousRelease])
    .filter(isRelease)
}

function isRelease(value: Json | undefined): value is Json & Release {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && typeof value.version === 'string'
}
