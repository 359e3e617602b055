import { percentile } from './statistics.ts'

/** What happens to a missing value: it is left out, or it counts as zero. */
export type NanStrategy = 'remove' | 'replace'

export function withoutNan(values: Float64Array, strategy: NanStrategy): Float64Array {
  if (!hasNan(values)) return values
  if (strategy === 'remove') return values.filter(value => !Number.isNaN(value))
  return values.map(value => (Number.isNaN(value) ? 0 : value))
}

function hasNan(values: Float64Array): boolean {
  for (let i = 0; i < values.length; i++) if (Number.isNaN(values[i])) return true
  return false
}

/**
 * Drops the values beyond `factor` interquartile ranges from the quartiles (Tukey's fences), but never one within the
 * 1st and 99th percentile: at most about 1 % can go on each side. `factor` null keeps everything; the order is kept.
 */
export function withoutOutliers(values: Float64Array, factor: number | null): Float64Array {
  if (factor === null) return values
  const sorted = values.slice().sort()
  const upperQuartile = percentile(sorted, 0.75)
  const lowerQuartile = percentile(sorted, 0.25)
  const range = upperQuartile - lowerQuartile
  // Math.min and Math.max give NaN for NaN, as in Java: fences that cannot be computed drop nothing.
  const lowest = Math.min(percentile(sorted, 0.01), lowerQuartile - factor * range)
  const highest = Math.max(percentile(sorted, 0.99), upperQuartile + factor * range)
  return values.filter(value => !(value > highest || value < lowest))
}
