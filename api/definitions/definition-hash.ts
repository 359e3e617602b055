import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'
import type { Pipeline } from '../../pipeline/schema/pipeline.ts'

/** SHA-256 of what would run: the same for two texts that differ in comments and layout only. */
export function definitionHash(pipeline: Pipeline): string {
  return createHash('sha256')
    .update(canonicalize(pipeline) ?? '')
    .digest('hex')
}
