/** JSON has no NaN and no infinities: as in Kayenta's own JSON they travel as strings. */
export type JsonNumber = number | 'NaN' | 'Infinity' | '-Infinity'

export function jsonNumber(value: number): JsonNumber {
  return Number.isFinite(value) ? value : (String(value) as JsonNumber)
}

/** The number that a JSON value stands for, undefined when it stands for none. A null is 0, as in the original. */
export function fromJsonNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  if (value === null) return 0
  if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return Number(value)
  return undefined
}
