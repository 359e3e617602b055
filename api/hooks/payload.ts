/** What is at a place of a payload that may have any shape; undefined when nothing is. */
export function at(payload: unknown, ...way: readonly (string | number)[]): unknown {
  let value = payload
  for (const key of way) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = (value as Record<string | number, unknown>)[key]
  }
  return value
}

/** The text at a place, empty when there is none. */
export function textAt(payload: unknown, ...way: readonly (string | number)[]): string {
  const value = at(payload, ...way)
  return typeof value === 'string' ? value.slice(0, 4_096) : ''
}

/** The list at a place, bounded. */
export function listAt(payload: unknown, ...way: readonly (string | number)[]): unknown[] {
  const value = at(payload, ...way)
  return Array.isArray(value) ? value.slice(0, 1_000) : []
}
