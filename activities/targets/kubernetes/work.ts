import type { Secrets } from '../../secrets/secrets.ts'
import type { Op } from '../target.ts'
import type { KubernetesApi } from './api.ts'
import { annotationOf, type KubernetesObject } from './objects.ts'
import type { Pace } from './pace.ts'
import { type Place, pathOf } from './place.ts'
import type { RecordChange, Records, ServiceRecord } from './record.ts'
import type { Router } from './routers/router.ts'
import type { ConfigCopies } from './template.ts'
import type { Watches } from './watch.ts'

/** What an operation on one service works with. */
export interface Work {
  api: KubernetesApi
  watches: Watches
  pace: Pace
  records: Records
  /** As it was when the operation began. */
  record: ServiceRecord
  /** Changes the record together with the note that the operation was done; lost when it is not. */
  remember(change: RecordChange): void
  router: Router
  secrets: Secrets
  place: Place
  op: Op
}

interface Autoscaler extends KubernetesObject {
  spec: { scaleTargetRef: { kind: string; name: string } }
}

/** Name of what scales the user's Deployment by itself; null: nothing does. */
export async function autoscalerOf({ api, place }: Pick<Work, 'api' | 'place'>): Promise<string | null> {
  const { items } = await api.send<{ items: Autoscaler[] }>(pathOf(place, 'horizontalpodautoscalers'))
  const scales = ({ spec: { scaleTargetRef: to } }: Autoscaler) =>
    to.kind === 'Deployment' && to.name === place.deployment
  return items.find(scales)?.metadata?.name ?? null
}

/** The copies of configuration a Deployment's pods use. */
export function copiesOf(deployment: KubernetesObject): ConfigCopies {
  return JSON.parse(annotationOf(deployment, 'config') ?? '{}')
}
