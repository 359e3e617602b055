import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'
import type { Configuration } from '../../pipeline/schema/configuration.ts'
import type { Store } from '../../store/store.ts'

const action = 'configuration.change'

/** Writes down that the server runs with another configuration than the last one did; by its hash, which parts changed. */
export async function noteConfiguration(
  store: Pick<Store, 'audit' | 'auditLog'>,
  configuration: Configuration,
  now: () => Date,
): Promise<void> {
  const parts = Object.fromEntries(Object.entries(configuration).map(([name, part]) => [name, hashOf(part)]))
  const [last] = (await store.auditLog(1, null, { action })).items
  const before = (last?.data.parts ?? {}) as Record<string, string>
  const changed = [...new Set([...Object.keys(parts), ...Object.keys(before)])].filter(
    name => parts[name] !== before[name],
  )
  if (changed.length === 0) return
  await store.audit({
    at: now().toISOString(),
    actor: 'server',
    action,
    subject: 'configuration',
    outcome: 'allowed',
    data: { changed, parts },
  })
}

function hashOf(part: unknown): string {
  return createHash('sha256')
    .update(canonicalize(part) ?? '')
    .digest('hex')
    .slice(0, 16)
}
