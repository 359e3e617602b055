import type { Weights } from '../pipeline/clusters.ts'
import { roles } from '../pipeline/clusters.ts'
import { Unavailable } from './failures.ts'
import type { Effect, Keep, RouteRequest } from './requests.ts'
import type { Op, ServiceState, Target } from './targets/target.ts'

/** What an activity has of its own attempt. */
export interface Attempt {
  /** Counts from 1. */
  number: number
  signal: AbortSignal
  /** Tells the server that the attempt lives, and whoever watches what it does. */
  heartbeat(message: string): void
}

export function opOf({ id, fence }: Effect, lease: number | null, { signal, heartbeat }: Attempt): Op {
  return { id, fence, signal, progress: heartbeat, ...(lease === null ? {} : { lease }) }
}

/** Sets the weights, then asks the router what it does. */
export async function routeAndCheck(target: Target, request: RouteRequest, attempt: Attempt): Promise<ServiceState> {
  const { service, weights, lease, mirror } = request
  const op = (id: string) => ({ ...opOf({ ...request, id }, lease, attempt), ...(mirror ? { mirror } : {}) })
  const isSo = (state: ServiceState) =>
    sameWeights(state.weights, weights) && Math.abs((state.mirror ?? 0) - (mirror ?? 0)) < 0.01
  await target.route(service, weights, op(request.id))
  const state = await target.current(service)
  if (isSo(state)) return state
  // An attempt of long ago did it, and its lease ran out since: doing the same op again changes nothing.
  await target.route(service, weights, op(`${request.id}-again`))
  const again = await target.current(service)
  if (isSo(again)) return again
  throw new Unavailable(
    `the router of ${service} on ${request.target} does ${show(again.weights)} instead of ${show(weights)}; it is asked again`,
  )
}

/**
 * Works while renewing the lease of the weights that are in force, until the work ends or its attempt is canceled; a renewal
 * that fails does not end the work.
 */
export async function keeping<T>(
  work: () => Promise<T>,
  { keep, target, request, attempt }: { keep: Keep | null; target: Target; request: Effect; attempt: Attempt },
): Promise<T> {
  if (keep === null) return work()
  let renewals = 0
  const renew = () => {
    renewals += 1
    // A name of its own each time: the same op again would renew nothing.
    const id = `${request.id}/keep-${attempt.number}-${renewals}`
    target
      .route(request.service, keep.weights, { ...opOf({ ...request, id }, keep.lease, attempt), renews: true })
      .catch(error => attempt.heartbeat(`the lease was not renewed: ${error.message}`))
  }
  renew()
  const timer = setInterval(renew, keep.lease / 3)
  const stop = () => clearInterval(timer)
  // The work may never end: whoever only holds the weights has nothing that could.
  attempt.signal.addEventListener('abort', stop, { once: true })
  try {
    return await work()
  } finally {
    stop()
    attempt.signal.removeEventListener('abort', stop)
  }
}

/** Ends when the work does or, soon after the attempt was canceled, without it. */
export function lettingGo<T>(work: Promise<T>, signal: AbortSignal, grace = 5_000): Promise<T> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined
    const abort = () => {
      timer = setTimeout(() => reject(new Unavailable('the work did not let go when it was canceled')), grace)
    }
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort, { once: true })
    work.then(resolve, reject).finally(() => {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
    })
  })
}

export function sameWeights(a: Weights, b: Weights): boolean {
  return roles.every(role => Math.abs((a[role] ?? 0) - (b[role] ?? 0)) < 0.01)
}

function show(weights: Weights): string {
  const shares = Object.entries(weights).map(([role, share]) => `${role} ${share} %`)
  return shares.join(', ') || 'nothing'
}
