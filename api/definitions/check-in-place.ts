import { isVisibleIn } from '../auth/policy.ts'
import type { Principal } from '../auth/principal.ts'
import type { Services } from '../services.ts'
import type { Checked } from './definition.ts'
import { statedName } from './definition.ts'

/**
 * Reads a text that somebody sent as if it stood where the pipeline of its name stands, with the templates beside that. Nobody
 * hears of a pipeline that they may not see.
 */
export async function checkInPlace(
  text: string,
  { access }: Principal,
  { catalog, check }: Pick<Services, 'catalog' | 'check'>,
): Promise<Checked> {
  const name = statedName(text)
  const inForce = name === null ? null : await catalog.get(name)
  const isShown = isVisibleIn(access.visible('pipeline:read'))
  const mayBeUsed = inForce?.pipeline != null && isShown(inForce.pipeline.application)
  return (mayBeUsed ? (inForce.checkHere ?? check) : check)(text, 'pipeline.yaml')
}
