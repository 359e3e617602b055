import { ExpressionError } from '../pipeline/expressions/errors.ts'
import { type ExpressionContext, evaluateTemplate } from '../pipeline/expressions/evaluate.ts'
import { mayHoldTemplate } from '../pipeline/expressions/templates.ts'
import { parseImage } from '../pipeline/image-reference.ts'
import type { Release } from '../pipeline/release.ts'
import type { Stage } from '../pipeline/schema/stage.ts'
import { NotFound } from './failures.ts'
import type { Registries } from './registries/registry.ts'
import type { Resolved, ResolveRequest } from './requests.ts'

/**
 * Adds the digests of the stage's image and of every image of the run whose name can be told already. The first stage of
 * a run thus pins all of it, however long the others wait.
 */
export async function pinImages(
  resolved: Resolved,
  { context, images = [], pins = {} }: ResolveRequest,
  registries: Registries,
  signal: AbortSignal,
): Promise<Resolved> {
  if (resolved.outcome !== 'run') return resolved
  const own = imageToPin(resolved.stage)
  const wanted = [...new Set([...(own === null ? [] : [own]), ...named(images, context)])]
  const unknown = wanted.filter(image => !Object.hasOwn(pins, image) && isTagged(image) && registries.know(image))
  try {
    const found = await Promise.all(
      unknown.map(
        async image => [image, await digestOrNull(registries, image, { isOwn: image === own, signal })] as const,
      ),
    )
    const digests = Object.fromEntries(found.flatMap(([image, digest]) => (digest === null ? [] : [[image, digest]])))
    return unknown.length === 0 ? resolved : { ...resolved, pins: digests }
  } catch (error) {
    if (error instanceof NotFound) return { outcome: 'failed', reason: error.message }
    throw error
  }
}

/** An image that is missing is told by the stage that needs it. */
async function digestOrNull(
  registries: Registries,
  image: string,
  { isOwn, signal }: { isOwn: boolean; signal: AbortSignal },
): Promise<string | null> {
  try {
    return await registries.digestOf(image, signal)
  } catch (error) {
    if (error instanceof NotFound && !isOwn) return null
    throw error
  }
}

function imageToPin(stage: Stage): string | null {
  if (!('release' in stage)) return null
  const { image, digest } = stage.release as Release
  return image === undefined || digest !== undefined ? null : image
}

function isTagged(image: string): boolean {
  return parseImage(image).digest === null
}

/** Those that hang on what stages give are not known yet. */
function named(images: readonly string[], context: ExpressionContext): string[] {
  return images.flatMap(image => {
    if (!mayHoldTemplate(image)) return [image]
    try {
      const value = evaluateTemplate(image, context)
      return typeof value === 'string' ? [value] : []
    } catch (error) {
      if (error instanceof ExpressionError) return []
      throw error
    }
  })
}
