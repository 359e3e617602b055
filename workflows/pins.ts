import type { Resolved } from '../activities/requests.ts'
import type { Release } from '../pipeline/release.ts'
import type { Stage } from '../pipeline/schema/stage.ts'

/** Digests by image. What one stage was told holds for the whole run. */
export type Pins = Record<string, string>

/** Images of the definition that have no digest, as they are written. */
export function imagesOf(stages: readonly Stage[]): string[] {
  const images = stages.flatMap(stage => {
    if (!('release' in stage) || typeof stage.release === 'string') return []
    const { image, digest } = stage.release
    return image === undefined || digest !== undefined ? [] : [image]
  })
  return [...new Set(images)]
}

/** Remembers what is new, and gives the stage with the digest of its image. */
export function withPins(resolved: Resolved, pins: Pins): Resolved {
  if (resolved.outcome !== 'run') return resolved
  for (const [image, digest] of Object.entries(resolved.pins ?? {})) pins[image] ??= digest
  return { ...resolved, stage: pinned(resolved.stage, pins) }
}

function pinned(stage: Stage, pins: Pins): Stage {
  if (!('release' in stage)) return stage
  const release = stage.release as Release
  const digest = release.image === undefined ? undefined : pins[release.image]
  if (digest === undefined || release.digest !== undefined) return stage
  return { ...stage, release: { ...release, digest } } as Stage
}
