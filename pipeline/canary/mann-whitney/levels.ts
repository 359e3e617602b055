/**
 * Ascending values with their repetitions counted. The arrays run from 1 to `count`; before and after stands a NaN,
 * which is neither below nor above nor equal to anything and ends every search without a test of bounds.
 */
export interface Levels {
  count: number
  value: Float64Array
  /** How many there are of each value. */
  size: Float64Array
  /** How many lie below each value, and at `count + 1` how many there are. */
  below: Float64Array
  /** Σ(t³ − t) over the sizes. */
  tieSum: number
}

/** Takes ascending values, −0 before 0, NaN last. A NaN counts as +∞, the zeros as two values: so Java ranks them. */
export function levelsOf(sorted: Float64Array): Levels {
  const n = sorted.length
  const value = new Float64Array(n + 2)
  const size = new Float64Array(n + 2)
  const below = new Float64Array(n + 2)
  let count = 0
  let tieSum = 0
  for (let i = 0; i < n; ) {
    const v = orInfinity(sorted[i]!)
    let end = i + 1
    while (end < n && sameRank(orInfinity(sorted[end]!), v)) end++
    count++
    value[count] = v
    size[count] = end - i
    below[count] = i
    tieSum += tieTerm(end - i)
    i = end
  }
  value[0] = Number.NaN
  value[count + 1] = Number.NaN
  below[count + 1] = n
  return { count, value, size, below, tieSum }
}

/** NaN ranks above all, together with +∞. */
export function orInfinity(value: number): number {
  return Number.isNaN(value) ? Number.POSITIVE_INFINITY : value
}

/** Equality under Java's total order, which keeps the two zeros apart. */
export function sameRank(a: number, b: number): boolean {
  return a === b && (a !== 0 || Object.is(a, b))
}

/** t·t·t and not a power: exact up to 2^53. */
export function tieTerm(t: number): number {
  return t * t * t - t
}
