import { createHash } from 'node:crypto'
import type { V1ConfigMap, V1Secret } from '@kubernetes/client-node'
import type { Release } from '../../../pipeline/release.ts'
import { Invalid } from '../../failures.ts'
import { ApiError, type KubernetesApi } from './api.ts'
import { discard, type KubernetesObject } from './objects.ts'
import { labels, ours, type Place, pathOf } from './place.ts'
import type { ConfigCopies } from './template.ts'

const kindsOf = ({ copySecrets }: Place) =>
  copySecrets ? (['configmaps', 'secrets'] as const) : (['configmaps'] as const)

/**
 * Copies every ConfigMap and Secret the release names under a name that tells its content, so that a release that is
 * taken back gets its old configuration back. The same content is copied once.
 */
export async function copyConfig(api: KubernetesApi, place: Place, release: Release): Promise<ConfigCopies> {
  const copied = (release.config ?? []).map(async name => [name, await copy(api, place, name)] as const)
  return Object.fromEntries(await Promise.all(copied))
}

async function copy(api: KubernetesApi, place: Place, name: string): Promise<string> {
  for (const kind of kindsOf(place)) {
    const found = await api.get<V1ConfigMap & V1Secret>(pathOf(place, kind, name))
    if (found === null) continue
    const { data, binaryData, type } = found
    const content = JSON.stringify([sorted(data), sorted(binaryData), type])
    const hashed = `${name}-${createHash('sha256').update(content).digest('hex').slice(0, 10)}`
    const metadata = { name: hashed, labels: { [labels.service]: place.service, [labels.copyOf]: name } }
    const body = { metadata, data, binaryData, type, immutable: true }
    await api.send(pathOf(place, kind), { method: 'POST', body }).catch(unlessThere)
    return hashed
  }
  throw new Invalid(
    `${place.name}: there is no ${place.copySecrets ? 'ConfigMap or Secret' : 'ConfigMap'} "${name}" in namespace ${place.namespace}; create it, or take it out of the release's "config"${place.copySecrets ? '' : '; for Secrets, set "copySecrets: true" on the target'}`,
  )
}

function sorted(record: Readonly<Record<string, string>> = {}): [string, string][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1))
}

function unlessThere(error: unknown): void {
  if (!(error instanceof ApiError && error.reason === 'AlreadyExists')) throw error
}

/** Deletes copies that no pod template of the service uses any more, kept revisions included. */
export async function discardUnusedCopies(api: KubernetesApi, place: Place): Promise<void> {
  const query = { labelSelector: `${ours(place)},${labels.copyOf}` }
  const found = await Promise.all(
    kindsOf(place).map(async kind => {
      const { items } = await api.send<{ items: KubernetesObject[] }>(pathOf(place, kind), { query })
      return items.map(item => ({ kind, name: item.metadata!.name! }))
    }),
  )
  const copies = found.flat()
  if (copies.length === 0) return
  const templates = await Promise.all([
    api.send<unknown>(pathOf(place, 'replicasets')),
    api.send<unknown>(pathOf(place, 'deployments')),
  ])
  const used = JSON.stringify(templates)
  const unused = copies.filter(({ name }) => !used.includes(JSON.stringify(name)))
  await Promise.all(unused.map(({ kind, name }) => discard(api, place, kind, name)))
}
