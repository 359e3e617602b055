import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { Refused } from '../../failures.ts'
import { ApiError, type KubernetesApi } from './api.ts'
import { annotations, type Kind, type Place, pathOf } from './place.ts'

/** What every object of the API server has. */
export interface KubernetesObject {
  metadata?: {
    name?: string
    annotations?: Record<string, string>
    labels?: Record<string, string>
    resourceVersion?: string
    generation?: number
    deletionTimestamp?: unknown
  }
}

const attempts = 10

/**
 * Changes an object: `change` gets what is there (null: nothing) and gives what shall be there, or null to leave it.
 * Written only when it is another one and nobody wrote in between; else read and changed again. Answers with what is there
 * afterwards.
 */
export async function edit<T extends KubernetesObject>(
  api: KubernetesApi,
  place: Place,
  { kind, name, signal, known }: { kind: Kind; name: string; signal?: AbortSignal; known?: T | null | undefined },
  change: (found: T | null) => T | null,
): Promise<T | null> {
  const path = pathOf(place, kind, name)
  for (let attempt = 1; ; attempt++) {
    const found = attempt === 1 && known !== undefined ? known : await api.get<T>(path, signal)
    const wanted = change(found === null ? null : structuredClone(found))
    if (wanted === null || isDeepStrictEqual(wanted, found)) return found
    const request = { body: wanted, ...(signal ? { signal } : {}) }
    try {
      return found === null
        ? await api.send<T>(pathOf(place, kind), { method: 'POST', ...request })
        : await api.send<T>(path, { method: 'PUT', ...request })
    } catch (error) {
      const raced = error instanceof ApiError && ['Conflict', 'AlreadyExists'].includes(error.reason)
      // What is written back was there when it was read.
      const gone = error instanceof ApiError && error.status === 404 && found !== null
      if (!(raced || gone) || attempt === attempts) throw error
      await sleep(20 * attempt)
    }
  }
}

/** Deletes what may be there already no more; `whole`: with everything it owns before itself. */
export async function discard(api: KubernetesApi, place: Place, kind: Kind, name: string): Promise<void> {
  try {
    const body = { propagationPolicy: kind === 'deployments' ? 'Foreground' : 'Background' }
    await api.send(pathOf(place, kind, name), { method: 'DELETE', body })
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 404)) throw error
  }
}

/** Stamps an object with the fence of who writes it, unless a newer writer has been there. */
export function fenced<T extends KubernetesObject>(place: Place, object: T, fence: number): T {
  object.metadata ??= {}
  const { metadata } = object
  const seen = Number(metadata.annotations?.[annotations.fence] ?? 0)
  if (seen > fence)
    throw new Refused(
      `${place.name}: fence ${fence} is lower than ${seen}, the highest seen; another run holds the service now`,
    )
  metadata.annotations = { ...metadata.annotations, [annotations.fence]: String(fence) }
  return object
}

export function annotationOf(object: KubernetesObject, key: keyof typeof annotations): string | null {
  return object.metadata?.annotations?.[annotations[key]] ?? null
}
