import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'

/**
 * The id of a run: the pipeline and 60 bits of a hash of who asked for it under which key, so that the same request
 * gives the same id on every server, before anything is stored.
 */
export function executionId(pipeline: string, principal: string, idempotencyKey: string): string {
  const bits = createHash('sha256')
    .update(JSON.stringify([pipeline, principal, idempotencyKey]))
    .digest()
  return `${pipeline}-${base32(bits, 12)}`
}

/** What was asked for, without the order of its keys. */
export function bodyHash(body: unknown): string {
  return createHash('sha256')
    .update(canonicalize(body) ?? '')
    .digest('hex')
}

/** Crockford's alphabet: no letter that is taken for a digit. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'

function base32(bytes: Uint8Array, length: number): string {
  let text = ''
  for (let index = 0; index < length; index++) text += alphabet[bytes[index]! & 31]
  return text
}
