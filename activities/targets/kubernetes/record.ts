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
/** Milliseconds for which `lately` does not ask again. */
const late = 1_000

export type RecordChange = (record: ServiceRecord) => Partial<ServiceRecord>

export type Given = { guarded?: true; writes?: true }

export interface Records {
  read(place: Place): Promise<ServiceRecord>
  /** As it was a moment ago: for telling, not for deciding. */
  lately(place: Place): Promise<ServiceRecord>
  /**
   * Lets an operation in; null when it was done already, `Refused` when a newer writer has been there. `guarded`: its first
   * write is to something that refuses late writers itself, so that what was written here a moment ago need not be read.
   * `writes`: its first write is a `change`, which refuses them, too, and says the fence with it.
   */
  begin(place: Place, op: Op, given?: Given): Promise<ServiceRecord | null>
  /** Changes the record unless a newer writer has been there; null, and nothing is changed, when the operation was done already. */
  change(place: Place, op: Op, change: RecordChange): Promise<ServiceRecord | null>
  /** As `change`, one after the other, and remembers that the operation was done. */
  finish(place: Place, op: Op, changes: readonly RecordChange[]): Promise<ServiceRecord>
}

export function openRecords(api: KubernetesApi): Records {
  /**
   * As we last saw or wrote it (null: there was none): what a change begins with. When somebody else wrote since, the
   * server says so.
   */
  const held = new Map<string, { map: ConfigMap | null; at: number }>()

  const hold = (path: string, map: ConfigMap | null) => void held.set(path, { map, at: performance.now() })

  /** Undefined when that is too long ago. */
  function heldLately(place: Place): ServiceRecord | undefined {
    const known = held.get(pathOf(place, 'configmaps', nameOf(place)))
    return known !== undefined && performance.now() - known.at < late ? parse(known.map) : undefined
  }

  async function update(place: Place, op: Op, change: RecordChange): Promise<ServiceRecord> {
    const name = nameOf(place)
    const path = pathOf(place, 'configmaps', name)
    const known = held.get(path)?.map
    const written = await edit<ConfigMap>(api, place, { kind: 'configmaps', name, known }, found => {
      const before = parse(found)
      checkFence(place, before, op)
      const after = { ...before, ...change(before), fence: op.fence }
      const data = { record: JSON.stringify(after) }
      if (found !== null && found.data?.record === data.record) return null
      const metadata = { name, labels: { [labels.service]: place.service } }
      return { metadata: { ...metadata, ...found?.metadata }, data }
    })
    hold(path, written!)
    return parse(written)
  }

  async function read(place: Place): Promise<ServiceRecord> {
    const path = pathOf(place, 'configmaps', nameOf(place))
    const found = await api.get<ConfigMap>(path)
    hold(path, found)
    return parse(found)
  }

  return {
    read,
    lately: async place => heldLately(place) ?? read(place),
    async begin(place, op, given) {
      const known = held.get(pathOf(place, 'configmaps', nameOf(place)))
      // Its fence has to be written anyway, and is only where nobody else has written since: that is as good as a look.
      const raises = known !== undefined && op.fence > parse(known.map).fence
      const own = given?.guarded || given?.writes ? heldLately(place) : undefined
      const seen = own?.fence === op.fence ? own : null
      const raise = async (record: ServiceRecord) => (given?.writes ? record : update(place, op, () => ({})))
      const record = raises ? await raise(parse(known.map)) : (seen ?? (await read(place)))
      checkFence(place, record, op)
      if (record.done.includes(shortened(op.id))) return null
      return op.fence > record.fence ? raise(record) : record
    },
    async change(place, op, change) {
      let isDone = false
      const record = await update(place, op, before => {
        isDone = before.done.includes(shortened(op.id))
        return isDone ? {} : change(before)
      })
      return isDone ? null : record
    },
    finish(place, op, changes) {
      const done = shortened(op.id)
      return update(place, op, before => {
        const record = { ...before }
        for (const change of changes) Object.assign(record, change(record))
        return { ...record, done: [...record.done.filter(other => other !== done), done].slice(-remembered) }
      })
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
