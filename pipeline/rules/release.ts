import type { Finding } from '../problem.ts'
import type { Stage } from '../schema/stage.ts'

/** A bundle is run by a command or by an image, never both, never neither. Paths are inside the stage. */
export function releaseFindings(stage: Stage): Finding[] {
  if (!('release' in stage) || typeof stage.release === 'string') return []
  const { command, image, digest } = stage.release
  if (command === undefined && image === undefined) {
    return [{ path: ['release'], atKey: true, message: 'a release needs a "command" (process targets) or an "image"' }]
  }
  if (command !== undefined && image !== undefined) {
    return [{ path: ['release', 'image'], atKey: true, message: 'a release has a "command" or an "image", not both' }]
  }
  if (digest !== undefined && image === undefined) {
    return [{ path: ['release', 'digest'], atKey: true, message: 'only an image has a digest' }]
  }
  return []
}
