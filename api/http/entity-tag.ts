import { createHash } from 'node:crypto'
import { Refusal } from './refusal.ts'

/**
 * Names one answer (RFC 9110, 8.8.3): a hash of all of it. That of a run begins with its position: what is pending about a
 * run is part of the answer, but no reason to refuse what is said to the run.
 */
export function entityTag(text: string, versioned: 'content' | 'position', body: unknown): string {
  const hash = createHash('sha256').update(text).digest('base64url').slice(0, 22)
  return versioned === 'content' ? `"${hash}"` : `"${(body as { position: number }).position}.${hash}"`
}

/**
 * Whether the caller has this answer. Compared weakly (RFC 9110, 13.1.2), and not by Express: every `fetch` that sends
 * `If-None-Match` adds `Cache-Control: no-cache`, which Express takes for a wish to have it all again.
 */
export function isKnown(tag: string, ifNoneMatch: string | undefined): boolean {
  return tagsOf(ifNoneMatch ?? '').some(known => known === '*' || known.replace(/^W\//, '') === tag)
}

/** Refuses with 412 when none of the tags was given out at this position. A weak one never counts (RFC 9110, 13.1.1). */
export function refuseStale(ifMatch: string, { id, position }: { id: string; position: number }): void {
  const fits = (tag: string) => tag === '*' || /^"(\d+)(\.[\w-]+)?"$/.exec(tag)?.[1] === String(position)
  if (!tagsOf(ifMatch).some(fits))
    throw new Refusal('stale', `${id} has got further than what If-Match names; look at it again, then say it again`)
}

function tagsOf(header: string): string[] {
  return header.split(',').map(tag => tag.trim())
}
