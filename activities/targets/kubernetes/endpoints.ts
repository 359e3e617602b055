import type { V1EndpointSlice } from '@kubernetes/client-node'
import type { KubernetesApi } from './api.ts'
import { type Place, pathOf } from './place.ts'
import { type Changes, unwatched, type Watches } from './watch.ts'

/** Names of the pods a Service leads to: what a router sees of it. */
export async function endpointsOf(api: KubernetesApi, place: Place, service: string): Promise<Set<string>> {
  const query = { labelSelector: `kubernetes.io/service-name=${service}` }
  const { items } = await api.send<{ items: V1EndpointSlice[] }>(pathOf(place, 'endpointslices'), { query })
  const ready = items.flatMap(({ endpoints }) =>
    (endpoints ?? []).filter(({ conditions }) => conditions?.ready !== false),
  )
  return new Set(ready.map(({ targetRef, addresses }) => targetRef?.name ?? addresses[0]!))
}

/** When that may be another answer. */
export function endpointChanges(watches: Watches, place: Place, service: string): Changes {
  return watches.changes(pathOf(place, 'endpointslices'), name => name.startsWith(service))
}

/** Milliseconds between two questions when nothing is heard. */
const pause = 50

/** Asks at every change until the answer is yes; false when it was not in time. */
export async function untilTrue(
  ask: () => Promise<boolean>,
  { within, signal, changes = unwatched() }: { within: number; signal: AbortSignal; changes?: Changes },
): Promise<boolean> {
  const deadline = performance.now() + within
  try {
    for (let wait = pause; !(await ask()); wait = Math.min(wait * 1.5, 1_000)) {
      if (performance.now() > deadline) return false
      await changes.next(wait, signal)
      signal.throwIfAborted()
    }
    return true
  } finally {
    changes.close()
  }
}
