import { AllTied } from './rank-statistic.ts'

/**
 * The statistic as its definition reads: subtract, put together, sort, rank. For tests and for the bench, which compare
 * the fast one with it. Takes values in any order.
 */
export function naiveStatistic(x: readonly number[], y: readonly number[], shift: number): number {
  const m = x.length
  const n = y.length
  const all = [...x.map(value => value - shift), ...y].map((value, index) => ({
    value: Number.isNaN(value) ? Number.POSITIVE_INFINITY : value,
    index,
  }))
  all.sort((a, b) => javaCompare(a.value, b.value))
  let rankSum = 0
  let ties = 0
  for (let i = 0; i < all.length; ) {
    let end = i
    while (end < all.length && javaCompare(all[end]!.value, all[i]!.value) === 0) end++
    const size = end - i
    ties += size ** 3 - size
    for (; i < end; i++) if (all[i]!.index < m) rankSum += end - (size - 1) / 2
  }
  const d = rankSum - (m * (m + 1)) / 2 - (m * n) / 2
  const sigma = Math.sqrt(((m * n) / 12) * (m + n + 1 - ties / ((m + n) * (m + n - 1))))
  if (sigma === 0) throw new AllTied()
  return (d - Math.sign(d) * 0.5) / sigma
}

/** `Double.compare` without NaN. */
function javaCompare(a: number, b: number): number {
  if (a < b) return -1
  if (a > b) return 1
  return Object.is(a, b) ? 0 : Object.is(a, -0) ? -1 : 1
}
