import { ApiError, type ApiRequest, type KubernetesApi } from './api.ts'
import type { Meant, Named, Watches } from './watch.ts'

/** What changes often enough, and is small enough, to be watched rather than asked for. */
const watched: ReadonlySet<string> = new Set([
  ...['deployments', 'pods', 'services', 'endpointslices', 'horizontalpodautoscalers'],
  ...['ingresses', 'httproutes', 'virtualservices'],
])

/**
 * The same API server, answering what can be answered from the watches of its collections without being asked: objects
 * and lists as they were a moment ago, and never older than what was written here. Where a watch is not sure, or not
 * allowed, the server is asked as before.
 *
 * Whoever decides on it is stopped by the object's version when it writes.
 */
export function seenApi(api: KubernetesApi, watches: Watches): KubernetesApi {
  const seen = (path: string, matches: (object: Named) => boolean = () => true) => {
    const place = placeOf(path)
    if (place === null) return null
    const listed: Meant = (_, object) => object === undefined || matches(object)
    const meant = place.name === null ? listed : only(place.name)
    return { ...place, objects: watches.objects(place.collection, meant) }
  }

  async function write<T>(path: string, request: ApiRequest): Promise<T> {
    const place = placeOf(path)
    try {
      const answer = await api.send<T & Named & { kind?: string }>(path, request)
      if (place !== null) note(place, request, answer)
      return answer
    } catch (error) {
      const name = place?.name ?? (request.body as Named | undefined)?.metadata?.name
      const otherwise = error instanceof ApiError && [404, 409].includes(error.status)
      if (place !== null && name !== undefined && otherwise) watches.doubt(place.collection, name)
      throw error
    }
  }

  function note({ collection, name }: Place, { method }: ApiRequest, answer: Named & { kind?: string }): void {
    // What deletes a Service answers with the Service, as it was.
    const isThere = method !== 'DELETE' && answer.kind !== 'Status'
    if (isThere && answer.metadata?.resourceVersion) watches.saw(collection, answer)
    // It was deleted, which the watch may have told already.
    else if (name !== null && watches.objects(collection, only(name))?.has(name)) watches.doubt(collection, name)
  }

  return {
    ...api,
    async send<T>(path: string, request: ApiRequest = {}) {
      if ((request.method ?? 'GET') !== 'GET') return write<T>(path, request)
      const matches = selector(request.query ?? {})
      const { name = null, objects = null } = seen(path, matches ?? undefined) ?? {}
      if (name !== null || objects === null || matches === null) return api.send<T>(path, request)
      return { items: [...objects.values()].filter(matches) } as T
    },
    async get<T>(path: string, signal?: AbortSignal) {
      const { name = null, objects = null } = seen(path) ?? {}
      if (name === null || objects === null) return api.get<T>(path, signal)
      return (objects.get(name) ?? null) as T | null
    },
  }
}

function only(name: string): Meant {
  return other => other === name
}

interface Place {
  collection: string
  name: string | null
}

function placeOf(path: string): Place | null {
  const [, collection, kind, name = null] = /^(\/.+\/namespaces\/[^/]+\/([^/]+))(?:\/([^/]+))?$/.exec(path) ?? []
  return collection !== undefined && watched.has(kind!) ? { collection, name } : null
}

type Labelled = Named & { metadata?: { labels?: Readonly<Record<string, string>> } }

/** Of what a list is asked for; null: by more than labels that must be there, or be equal. */
function selector({ labelSelector = '', ...others }: Readonly<Record<string, string>>) {
  if (Object.keys(others).length > 0 || /[!()]| in /.test(labelSelector)) return null
  const terms = labelSelector.split(',').filter(Boolean)
  const pairs = terms.map(term => term.split('=') as [string, string?])
  return ({ metadata: { labels = {} } = {} }: Labelled) =>
    pairs.every(([key, value]) => (value === undefined ? key in labels : labels[key] === value))
}
