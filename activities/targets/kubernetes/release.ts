import type { V1Deployment, V1ReplicaSet } from '@kubernetes/client-node'
import { type Release, sameRelease } from '../../../pipeline/release.ts'
import { annotationOf } from './objects.ts'
import type { Place } from './place.ts'
import { containerOf, imageOf } from './template.ts'

/** The release a Deployment, or a revision of one, runs: what Slipway wrote there, unless somebody has put another image since. */
export function releaseOf(place: Place, deployment: V1Deployment | V1ReplicaSet): Release {
  const { image = '' } = containerOf(place, deployment.spec!.template!)
  const written = annotationOf(deployment, 'release')
  if (written !== null) {
    const release = JSON.parse(written) as Release
    if ((annotationOf(deployment, 'image') ?? imageOf(place, release)) === image) return release
  }
  return foundRelease(image)
}

export function runs(place: Place, deployment: V1Deployment | undefined, release: Release): boolean {
  return deployment !== undefined && sameRelease(releaseOf(place, deployment), release)
}

/** What can be said of an image nobody told us about: its tag is its version. */
export function foundRelease(image: string): Release {
  const [named = '', digest] = image.split('@')
  const tag = /:([^:/]+)$/.exec(named)?.[1]
  const version = tag ?? digest?.replace(/^sha256:/, '').slice(0, 12) ?? 'latest'
  return { version, image: named, ...(digest === undefined ? {} : { digest }) }
}
