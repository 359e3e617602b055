import { createHash } from 'node:crypto'
import type { V1PodTemplateSpec } from '@kubernetes/client-node'
import type { Role, Weights } from '../../../pipeline/clusters.ts'
import type { Release } from '../../../pipeline/release.ts'
import { Refused } from '../../failures.ts'
import type { Op } from '../target.ts'
import type { KubernetesApi } from './api.ts'
import { edit, type KubernetesObject } from './objects.ts'
import { labels, type Place, pathOf } from './place.ts'

/** What is remembered of a service on the cluster itself, in the ConfigMap `slipway-SERVICE`. */
export interface ServiceRecord {
  fence: number
  /** Of operations that were done, oldest first; shortened ids. */
  done: string[]
  /** A new stable release that is not there yet, and what to go back to when it never is. */
  change: { to: Release; from: { release: Release; template: V1PodTemplateSpec; replicas: number } } | null
  /** Epoch milliseconds since when a role has no traffic. */
  idleSince: Partial<Record<Role, number>>
  /** Weights that were set last. */
  weights: Weights
}

interface ConfigMap extends KubernetesObject {
  data?: Record<string, string>
}

const nothing: ServiceRecord = { fence: 0, done: [], change: null, idleSince: {}, weights: {} }
const remembered = 200

export interface Records {
  read(place: Place): Promise<ServiceRecord>
  /** Lets an operation in: false when it was done already; `Refused` when a newer writer has been there. */
  begin(place: Place, op: Op): Promise<boolean>
  /** Changes the record unless a newer writer has been there. */
  change(place: Place, op: Op, change: (record: ServiceRecord) => Partial<ServiceRecord>): Promise<ServiceRecord>
  /** As `change`, and remembers that the operation was done. */
  finish(place: Place, op: Op, change: (record: ServiceRecord) => Partial<ServiceRecord>): Promise<void>
}

export function openRecords(api: KubernetesApi): Records {
  /** As we last saw or wrote it: what a change begins with. When somebody else wrote since, the server says so. */
  const held = new Map<string, ConfigMap>()
  async function update(
    place: Place,
    op: Op,
    change: (record: ServiceRecord) => Partial<ServiceRecord>,
  ): Promise<ServiceRecord> {
    const name = nameOf(place)
    const path = pathOf(place, 'configmaps', name)
    const known = held.get(path)
    const written = await edit<ConfigMap>(api, place, { kind: 'configmaps', name, known }, found => {
      const before = parse(found)
      checkFence(place, before, op)
      const after = { ...before, ...change(before), fence: op.fence }
      const data = { record: JSON.stringify(after) }
      if (found !== null && found.data?.record === data.record) return null
      const metadata = { name, labels: { [labels.service]: place.service } }
      return { metadata: { ...metadata, ...found?.metadata }, data }
    })
    held.set(path, written!)
    return parse(written)
  }

  async function read(place: Place): Promise<ServiceRecord> {
    const path = pathOf(place, 'configmaps', nameOf(place))
    const found = await api.get<ConfigMap>(path)
    if (found === null) held.delete(path)
    else held.set(path, found)
    return parse(found)
  }

  return {
    read,
    async begin(place, op) {
      const record = await read(place)
      checkFence(place, record, op)
      if (record.done.includes(shortened(op.id))) return false
      if (op.fence > record.fence) await update(place, op, () => ({}))
      return true
    },
    change: update,
    async finish(place, op, change) {
      const done = shortened(op.id)
      await update(place, op, record => ({
        ...change(record),
        done: [...record.done.filter(other => other !== done), done].slice(-remembered),
      }))
    },
  }
}

function checkFence(place: Place, { fence }: ServiceRecord, op: Op): void {
  if (op.fence >= fence) return
  throw new Refused(
    `${place.name}: fence ${op.fence} is lower than ${fence}, the highest seen; another run holds the service now`,
  )
}

function nameOf({ service }: Place): string {
  return `slipway-${service}`
}

function parse(found: ConfigMap | null): ServiceRecord {
  return { ...nothing, ...JSON.parse(found?.data?.record ?? '{}') }
}

function shortened(id: string): string {
  return createHash('sha256').update(id).digest('base64url').slice(0, 16)
}
