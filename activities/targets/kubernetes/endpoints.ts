import type { V1EndpointSlice, V1Service } from '@kubernetes/client-node'
import type { KubernetesApi } from './api.ts'
import { edit } from './objects.ts'
import { annotations, type Place, pathOf } from './place.ts'
import { acceptedWithin } from './routers/router.ts'
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

/** Milliseconds after which whoever keeps the endpoints of a Service is reminded of it; doubled each time. */
const reminded = 100

/**
 * Waits until a Service leads to the pods it should; false when it did not in time.
 *
 * What keeps the endpoints puts a Service off for a second, then two, four and more, when two of its pods change so close
 * together that it has not heard of its own last write yet. A change of the Service itself is never put off.
 */
export async function untilLedTo(
  { api, watches, place, signal }: { api: KubernetesApi; watches: Watches; place: Place; signal: AbortSignal },
  service: string,
  areRight: (pods: ReadonlySet<string>) => boolean | Promise<boolean>,
): Promise<boolean> {
  let wait = reminded
  let next = performance.now() + wait
  const look = async () => {
    if (await areRight(await endpointsOf(api, place, service))) return true
    if (performance.now() < next) return false
    await remind(api, place, service)
    wait *= 2
    next = performance.now() + wait
    return false
  }
  const changes = watches.changes(pathOf(place, 'endpointslices'), name => name.startsWith(service))
  return untilTrue(look, { within: acceptedWithin, signal, changes })
}

async function remind(api: KubernetesApi, place: Place, service: string): Promise<void> {
  await edit<V1Service>(api, place, { kind: 'services', name: service }, found => {
    if (found === null) return null
    found.metadata!.annotations = { ...found.metadata!.annotations, [annotations.reminded]: new Date().toISOString() }
    return found
  })
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
