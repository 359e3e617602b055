import { type Levels, levelsOf, orInfinity, sameRank, tieTerm } from './levels.ts'

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
  const pairs = total * (total - 1)
  const scale = (m * n) / 12
  const xs = levelsOf(x)
  const ys = levelsOf(y)
  const sweep = sweeper(xs, ys)

  return {
    at(shift) {
      const swept = sweep(shift)
      const counted = Number.isNaN(swept) ? merge(xs, ys, shift) : { below: swept, ties: xs.tieSum + ys.tieSum }
      const d = counted.below - (m * n) / 2
      const correction = d > 0 ? 0.5 : d < 0 ? -0.5 : 0
      const sigma = Math.sqrt(scale * (total + 1 - counted.ties / pairs))
      if (sigma === 0) throw new AllTied()
      return (d - correction) / sigma
    },
    rankSum() {
      return merge(xs, ys, 0).below + (m * (m + 1)) / 2
    },
  }
}

/**
 * Counts the y below each x − shift as long as no two of them meet: gives the sum, or NaN where a tie has to be looked
 * at, which `merge` then does.
 *
 * Each x remembers its place among the y. When the shift falls the places only rise, when it rises they only fall, and
 * they are ascending along x: starting each at the better of its old place and its neighbour's new one, a sweep takes
 * at most m + n steps, and hardly more than m near a root, where the shift moves little.
 */
function sweeper(xs: Levels, ys: Levels): (shift: number) => number {
  const place = new Int32Array(xs.count + 1).fill(1)
  let last = Number.POSITIVE_INFINITY
  return shift => {
    if (!Number.isFinite(shift)) return Number.NaN
    const sum = shift <= last ? sweepUp(xs, ys, place, shift) : sweepDown(xs, ys, place, shift)
    last = shift
    return sum
  }
}

function sweepUp(xs: Levels, ys: Levels, place: Int32Array, shift: number): number {
  const { count, value, size } = xs
  const { value: other, below } = ys
  let k = 1
  let sum = 0
  let neighbour = Number.NaN
  for (let i = 1; i <= count; i++) {
    const d = value[i]! - shift
    const old = place[i]!
    if (old > k) k = old
    while (other[k]! < d) k++
    place[i] = k
    sum += size[i]! * below[k]!
    if (other[k] === d || neighbour === d) sum = Number.NaN
    neighbour = d
  }
  return sum
}

function sweepDown(xs: Levels, ys: Levels, place: Int32Array, shift: number): number {
  const { count, value, size } = xs
  const { value: other, below } = ys
  let k = ys.count + 1
  let sum = 0
  let neighbour = Number.NaN
  for (let i = count; i >= 1; i--) {
    const d = value[i]! - shift
    const old = place[i]!
    if (old < k) k = old
    while (other[k - 1]! >= d) k--
    place[i] = k
    sum += size[i]! * below[k]!
    if (other[k] === d || neighbour === d) sum = Number.NaN
    neighbour = d
  }
  return sum
}

/** Σ over x of the y below plus half the y equal, and Σ(t³ − t) over all ties, one step a value. */
function merge(xs: Levels, ys: Levels, shift: number): { below: number; ties: number } {
  const { count, value, size } = xs
  let twice = 0
  let ties = ys.tieSum
  let k = 1
  for (let i = 1; i <= count; ) {
    const d = orInfinity(value[i]! - shift)
    let run = size[i]!
    // Different x may meet: the difference is rounded, and what is infinite stays so.
    for (i++; i <= count && sameRank(orInfinity(value[i]! - shift), d); i++) run += size[i]!
    while (ys.value[k]! < d) k++
    // Of the zeros −0 ranks lower: an x of 0 steps over it, an x of −0 stays below 0.
    if (Object.is(d, 0) && Object.is(ys.value[k], -0)) k++
    const equal = sameRank(ys.value[k]!, d) ? ys.size[k]! : 0
    twice += run * (2 * ys.below[k]! + equal)
    ties += tieTerm(run + equal) - tieTerm(equal)
  }
  return { below: twice / 2, ties }
}
