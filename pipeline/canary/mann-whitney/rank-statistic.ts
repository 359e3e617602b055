/** The original cannot tell anything either when no two values of both sides together differ in rank. */
export class AllTied extends Error {
  constructor() {
    super('no confidence interval: all observations are tied')
    this.name = 'AllTied'
  }
}

export interface RankStatistic {
  /**
   * Standardised rank sum of x − shift among y: (D − ½·sign D)/σ with D = R − m(m + 1)/2 − mn/2, R the sum of the
   * average ranks, σ corrected for ties. Falls in steps as `shift` rises. Throws `AllTied` when σ is 0.
   */
  at(shift: number): number
  /** Sum of the ranks of x, not shifted, among x and y. */
  rankSum(): number
}

/**
 * Ranks x − shift against y for many shifts, without sorting again. Both ascending, −0 before 0, NaN last.
 *
 * Source: Mann and Whitney, "On a test of whether one of two random variables is stochastically larger", 1947, with
 * normal approximation, correction for ties and for continuity as in R's `wilcox.test(exact = FALSE)`.
 *
 * Rounding is monotone: x − shift is ascending when x is, so R follows from how many y lie below each x, and these
 * numbers are halves that a double holds exactly. They may be counted in any order, and the result is bit for bit that
 * of sorting all m + n values anew, as the original does. A tie is equality of the *rounded* differences.
 */
export function rankStatistic(x: Float64Array, y: Float64Array): RankStatistic {
  const m = x.length
  const n = y.length
  const total = m + n
  const half = (m * n) / 2
  const scale = (m * n) / 12
  const pairs = total * (total - 1)
  const tiesInY = tieSum(y)
  const tiesWithin = tieSum(x) + tiesInY

  function standardised(below: number, ties: number): number {
    const d = below - half
    const correction = d > 0 ? 0.5 : d < 0 ? -0.5 : 0
    const sigma = Math.sqrt(scale * (total + 1 - ties / pairs))
    if (sigma === 0) throw new AllTied()
    return (d - correction) / sigma
  }

  return {
    at(shift) {
      const below = countApart(x, y, shift)
      if (below >= 0) return standardised(below, tiesWithin)
      const met = countMeeting(x, y, shift)
      return standardised(met.below, tiesInY + met.ties)
    },
    rankSum() {
      return countMeeting(x, y, 0).below + (m * (m + 1)) / 2
    },
  }
}

/**
 * Σ over x of the y below, as long as no x − shift meets a y or, by rounding, another x: else −1, and `countMeeting` has
 * to look closer. Nearly every shift that the root finder tries is of the first kind.
 */
function countApart(x: Float64Array, y: Float64Array, shift: number): number {
  if (!Number.isFinite(shift)) return -1
  const m = x.length
  const n = y.length
  let k = 0
  let sum = 0
  let neighbour = Number.NaN
  for (let i = 0; i < m; i++) {
    const d = x[i]! - shift
    // NaN meets whatever the shift has made infinite.
    if (Number.isNaN(d)) return -1
    while (k < n && y[k]! < d) k++
    if (k < n && !(y[k]! > d)) return -1
    if (neighbour === d && !sameRank(x[i]!, x[i - 1]!)) return -1
    neighbour = d
    sum += k
  }
  return sum
}

/** Σ over x of the y below plus half the y equal, and Σ(t³ − t) over all ties less that within y. */
function countMeeting(x: Float64Array, y: Float64Array, shift: number): { below: number; ties: number } {
  const m = x.length
  const n = y.length
  let twice = 0
  let ties = 0
  let k = 0
  for (let i = 0; i < m; ) {
    const d = orInfinity(x[i]! - shift)
    const from = i
    for (i++; i < m && sameRank(orInfinity(x[i]! - shift), d); ) i++
    while (k < n && ranksBelow(orInfinity(y[k]!), d)) k++
    let end = k
    while (end < n && sameRank(orInfinity(y[end]!), d)) end++
    const run = i - from
    twice += run * (k + end)
    ties += tieTerm(run + end - k) - tieTerm(end - k)
  }
  return { below: twice / 2, ties }
}

/** Σ(t³ − t) over the values of one side. */
function tieSum(sorted: Float64Array): number {
  let sum = 0
  for (let i = 0; i < sorted.length; ) {
    const v = orInfinity(sorted[i]!)
    const from = i
    for (i++; i < sorted.length && sameRank(orInfinity(sorted[i]!), v); ) i++
    sum += tieTerm(i - from)
  }
  return sum
}

/** t·t·t and not a power: exact up to 2^53. */
function tieTerm(t: number): number {
  return t * t * t - t
}

/** NaN ranks above all, together with +∞. */
function orInfinity(value: number): number {
  return Number.isNaN(value) ? Number.POSITIVE_INFINITY : value
}

/** Java's total order keeps the two zeros apart, −0 below 0. */
function sameRank(a: number, b: number): boolean {
  return a === b && (a !== 0 || Object.is(a, b))
}

function ranksBelow(a: number, b: number): boolean {
  return a < b || (a === 0 && Object.is(a, -0) && Object.is(b, 0))
}
