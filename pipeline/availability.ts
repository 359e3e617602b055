import type { Finding, Path } from './problem.ts'

/**
 * Everything of the language whose behaviour does not exist yet. It is refused wherever a pipeline is read, so that
 * nothing pretends to work. To lift an entry, delete its line (and give its key or type a schema, if it has none yet).
 *
 * `at` is a path, `*` stands for every item; with `values` only these values are refused.
 */
export const notAvailableYet: readonly Entry[] = [
  {
    at: 'stages.*.type',
    values: ['chaos'],
    what: 'stages of this type are',
  },
]

interface Entry {
  at: string
  values?: readonly string[]
  /** "stages of this type are" … "not available yet". */
  what: string
}

/** One finding for every place of a raw definition that uses something of the table. */
export function unavailable(definition: unknown): Finding[] {
  return notAvailableYet.flatMap(entry =>
    places(definition, entry.at.split('.'), [])
      .filter(({ value }) => isRefused(entry, value))
      .map(({ path, value }) => ({
        path,
        ...(entry.values === undefined ? { atKey: true as const } : {}),
        message: `${named(path, value)}: ${entry.what} not available yet`,
      })),
  )
}

function isRefused({ values }: Entry, value: unknown): boolean {
  if (values !== undefined) return typeof value === 'string' && values.includes(value)
  return true
}

function named(path: Path, value: unknown): string {
  return typeof value === 'string' ? `"${path.at(-1)}: ${shorten(value)}"` : `"${path.at(-1)}"`
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

function places(value: unknown, pattern: readonly string[], path: Path): { path: Path; value: unknown }[] {
  const [part, ...rest] = pattern
  if (part === undefined) return [{ path, value }]
  if (part === '*') {
    return Array.isArray(value) ? value.flatMap((item, index) => places(item, rest, [...path, index])) : []
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, part)) return []
  return places((value as Record<string, unknown>)[part], rest, [...path, part])
}
