import { createHash } from 'node:crypto'
import type { Role } from '../../../../pipeline/clusters.ts'
import { releaseKey } from '../../../../pipeline/release.ts'
import { readDeployments } from '../clusters.ts'
import { releaseOf } from '../release.ts'
import type { RouterContext } from './router.ts'

/** `NAME=canary-1a2b3c4d`, by cluster: for the release that runs there now and no later one. */
export type StickyCookies = ReadonlyMap<Role, string>

/**
 * The cookies that keep clients on the cluster they have met. Stable gets none: who was never on a new version must still
 * be able to come to one.
 */
export async function stickyCookies({ api, place }: Pick<RouterContext, 'api' | 'place'>): Promise<StickyCookies> {
  const { stickyCookie } = place.settings
  if (stickyCookie === undefined) return new Map()
  const deployments = await readDeployments(api, place)
  const others = [...deployments].filter(([role]) => role !== 'stable')
  return new Map(
    others.map(([role, deployment]) => {
      const hash = createHash('sha256')
        .update(releaseKey(releaseOf(place, deployment)))
        .digest('hex')
        .slice(0, 8)
      return [role, `${stickyCookie}=${role}-${hash}`]
    }),
  )
}

const kept = 'Path=/; Max-Age=86400; HttpOnly; SameSite=Lax'

/** As a cluster's answers give it to the client. */
export function setCookie(cookie: string): string {
  return `${cookie}; ${kept}`
}

/** What a client's `Cookie` header looks like when it has it. */
export function cookiePattern(cookie: string): string {
  return `^(.*; *)?${cookie}(;.*)?$`
}

/** Whether such a pattern, or such an answer, is one of ours, whatever the cookie was called then. */
export function isSticky(text: string | undefined): boolean {
  return (
    text !== undefined && /[^\s=]+=(baseline|canary|preview|previous)-[0-9a-f]{8}(\(;\.\*\)\?\$|; Path=\/)/.test(text)
  )
}
