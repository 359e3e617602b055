import type { Finding } from '../problem.ts'
import { didYouMean } from '../suggest.ts'

/** References to stores that there are not, anywhere in the configuration. */
export function secretFindings(configuration: object, stores: readonly string[]): Finding[] {
  return referencesIn(configuration, []).flatMap(({ store, path }) => {
    if (stores.includes(store)) return []
    const known = stores.length === 0 ? 'there are none; see "secrets"' : `known are ${stores.join(', ')}`
    return [{ path: [...path, 'store'], message: `there is no store "${store}"${didYouMean(store, stores)}; ${known}` }]
  })
}

type Reference = { store: string; path: (string | number)[] }

function referencesIn(value: unknown, path: (string | number)[]): Reference[] {
  if (Array.isArray(value)) return value.flatMap((inner, index) => referencesIn(inner, [...path, index]))
  if (typeof value !== 'object' || value === null) return []
  const { store, path: secret, key, ...others } = value as Record<string, unknown>
  const isReference = typeof store === 'string' && typeof secret === 'string' && typeof key === 'string'
  if (isReference && Object.keys(others).length === 0) return [{ store, path }]
  return Object.entries(value).flatMap(([name, inner]) => referencesIn(inner, [...path, name]))
}
