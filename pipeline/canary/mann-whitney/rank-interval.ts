import { findRoot } from './brent.ts'
import type { RankStatistic } from './rank-statistic.ts'

/** −Φ⁻¹(0.01) as the original computes it, to the last bit: it differs from the exact quantile in the last digits. */
const quantile = 2.326347874040841

/** By how much the canary lies above the baseline, in the unit of the data. */
export interface RankInterval {
  /** 98 % confidence between the two. On data full of ties they may come out crossed; the original leaves them so. */
  lower: number
  upper: number
  /** A zero of the statistic with its correction for continuity: somewhere near the Hodges-Lehmann median, not on it. */
  estimate: number
}

/**
 * The shifts between `from` and `to` that the rank test does not reject at 98 %, by inverting the test as R's
 * `wilcox.test(conf.int = TRUE, exact = FALSE)` does. Throws `AllTied` as the statistic does.
 *
 * `from` = min x − max y, `to` = max x − min y: beyond them the samples no longer overlap. A bound that lies beyond is
 * the end itself; the estimate has no such guard, because the original has none.
 */
export function rankInterval(statistic: RankStatistic, from: number, to: number): RankInterval {
  const atFrom = statistic.at(from)
  const atTo = statistic.at(to)
  return { lower: bound(quantile), upper: bound(-quantile), estimate: root(0) }

  function bound(q: number): number {
    if (atFrom - q <= 0) return from
    if (atTo - q >= 0) return to
    return root(q)
  }

  function root(q: number): number {
    return findRoot(shift => statistic.at(shift) - q, from, to, atFrom - q, atTo - q)
  }
}
