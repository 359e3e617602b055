import type { EValue } from './e-value.ts'
import { logSumExp } from './special-functions.ts'

/**
 * E of "the canary is slower at some bound": the mean over the bounds. A mean of e-values is an e-value whatever their
 * dependence, so no bound has to be chosen by looking at the data.
 */
export function averageOf(bounds: readonly EValue[]): EValue {
  if (bounds.length === 1) return bounds[0]!
  const logE = () => logSumExp(bounds.map(bound => bound.logE())) - Math.log(bounds.length)
  return {
    logE,
    // The mean is at most the largest.
    reaches: log => bounds.some(bound => bound.reaches(log)) && logE() >= log,
  }
}

/** E of "the canary is no slower at any bound": all must show it, so the weakest speaks for all, without a split. */
export function weakestOf(bounds: readonly EValue[]): EValue {
  return {
    logE: () => Math.min(...bounds.map(bound => bound.logE())),
    reaches: log => bounds.length > 0 && bounds.every(bound => bound.reaches(log)),
  }
}
