import type { V1Deployment } from '@kubernetes/client-node'
import { noDeployment } from '../clusters.ts'
import { edit, fenced } from '../objects.ts'
import { checkAdoption } from '../owners.ts'
import { annotations, type Place } from '../place.ts'
import { containerOf } from '../template.ts'
import type { Promotion, PromotionContext, StableWrite } from './promotion.ts'

/** Writes into the Deployment itself, where that was allowed and nobody would change it back. */
export function applyPromotion({ work: { api, place, op } }: PromotionContext<'apply'>): Promotion {
  const change = (write: (found: V1Deployment) => V1Deployment | null) =>
    edit<V1Deployment>(api, place, { kind: 'deployments', name: place.deployment }, found => {
      if (found === null) throw noDeployment(place)
      const wanted = write(found)
      return wanted === null ? null : fenced(place, wanted, op.fence)
    })

  return {
    check: stable => checkAdoption(place, stable),
    write: wanted =>
      change(found => {
        if (wanted.isThere(found)) return null
        found.spec!.template = wanted.template(found.spec!.template)
        found.spec!.replicas = wanted.replicas(found.spec!.replicas ?? 1)
        return remembering(place, found, wanted)
      }),
    scale: instances =>
      change(found => {
        if (found.spec!.replicas === instances) return null
        found.spec!.replicas = instances
        return found
      }),
  }
}

/** What `releaseOf` reads. */
export function remembering(
  place: Place,
  deployment: V1Deployment,
  { release, copies }: Pick<StableWrite, 'release' | 'copies'>,
): V1Deployment {
  deployment.metadata!.annotations = {
    ...deployment.metadata!.annotations,
    [annotations.release]: JSON.stringify(release),
    [annotations.image]: containerOf(place, deployment.spec!.template).image ?? '',
    ...(copies === undefined ? {} : { [annotations.config]: JSON.stringify(copies) }),
  }
  return deployment
}
