import { setTimeout as sleep } from 'node:timers/promises'
import type { V1Deployment } from '@kubernetes/client-node'
import type { Role, Weights } from '../../../pipeline/clusters.ts'
import { roles } from '../../../pipeline/clusters.ts'
import { Unavailable } from '../../failures.ts'
import { endpointsOf, untilLedTo } from './endpoints.ts'
import { serviceOf } from './place.ts'
import { podsOf } from './selected.ts'
import type { Work } from './work.ts'

/**
 * Moves traffic: only to Services whose pods the routers can see, and until the router says that it does it. Remembers
 * since when a cluster has none, for its last requests.
 */
export async function shift(work: Work, weights: Weights): Promise<void> {
  const { router, record, remember, place, op } = work
  const before = await router.weights()
  const copied = (role: Role) => role === 'canary' && op.mirror !== undefined
  const gaining = roles.filter(role => copied(role) || (weights[role] ?? 0) > (before[role] ?? 0))
  await Promise.all(gaining.map(role => seen(work, role)))
  await router.route(weights, op)
  await sleep(place.settings.settleTime, undefined, { signal: op.signal })
  const now = Date.now()
  // The router may do it already, for an attempt that ended before it could write this.
  const had = (role: Role) => (before[role] ?? 0) > 0 || (record.weights[role] ?? 0) > 0
  remember(({ idleSince }) => {
    const kept = Object.entries(idleSince).filter(([role]) => !((weights[role as Role] ?? 0) > 0))
    const idle = roles.filter(role => had(role) && !((weights[role] ?? 0) > 0))
    return { weights, idleSince: { ...Object.fromEntries(kept), ...Object.fromEntries(idle.map(role => [role, now])) } }
  })
}

/**
 * Waits until those who route to a cluster know exactly its pods, after they were replaced while serving: by name, as one
 * of before and one of now are as many.
 */
export async function settle(work: Work, role: Role, deployment: V1Deployment): Promise<void> {
  const { api, place, op } = work
  const service = serviceOf(place, role)
  const known = async (ends: ReadonlySet<string>) => {
    const pods = await podsOf(api, place, deployment)
    const staying = new Set(pods.filter(({ metadata }) => !metadata!.deletionTimestamp).map(pod => pod.metadata!.name!))
    return ends.size === staying.size && [...ends].every(end => staying.has(end))
  }
  // By number of pods others are behind the same Service.
  if (place.settings.router.type !== 'replicas' && !(await known(await endpointsOf(api, place, service)))) {
    op.progress(`${role}: waits until its router knows its new pods`)
    // A pod that is lost meanwhile is no reason to fail.
    await untilLedTo({ ...work, signal: op.signal }, service, known)
  }
  await sleep(place.settings.settleTime, undefined, { signal: op.signal })
}

/** Waits until a cluster's pods are known to those who route to them. */
async function seen(work: Work, role: Role): Promise<void> {
  const { place, op } = work
  // By number of pods there is only one Service, and its router looks by itself.
  if (place.settings.router.type === 'replicas') return
  const service = serviceOf(place, role)
  if (await untilLedTo({ ...work, signal: op.signal }, service, pods => pods.size > 0)) return
  throw new Unavailable(`${place.name}: Service ${service} of ${role} has no endpoints, though its pods are available`)
}
