import { setTimeout as sleep } from 'node:timers/promises'
import type { V1EndpointSlice } from '@kubernetes/client-node'
import type { KubernetesApi } from './api.ts'
import { type Place, pathOf } from './place.ts'

/** Names of the pods a Service leads to: what a router sees of it. */
export async function endpointsOf(api: KubernetesApi, place: Place, service: string): Promise<Set<string>> {
  const query = { labelSelector: `kubernetes.io/service-name=${service}` }
  const { items } = await api.send<{ items: V1EndpointSlice[] }>(pathOf(place, 'endpointslices'), { query })
  const ready = items.flatMap(({ endpoints }) =>
    (endpoints ?? []).filter(({ conditions }) => conditions?.ready !== false),
  )
  return new Set(ready.map(({ targetRef, addresses }) => targetRef?.name ?? addresses[0]!))
}

/** Milliseconds between two questions. */
const pause = 50

/** Asks until the answer is yes; false when it was not in time. */
export async function untilTrue(
  ask: () => Promise<boolean>,
  { within, signal }: { within: number; signal: AbortSignal },
): Promise<boolean> {
  const deadline = performance.now() + within
  for (let wait = pause; !(await ask()); wait = Math.min(wait * 1.5, 1_000)) {
    if (performance.now() > deadline) return false
    await sleep(wait, undefined, { signal })
  }
  return true
}
