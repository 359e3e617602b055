/** What the report says of one side, after NaN and outliers are handled and before any noise is added. */
export interface Description {
  count: number
  min: number
  max: number
  mean: number
  std: number
}

/** Describes one side. Nothing there gives zeros throughout; infinities give a NaN mean and deviation. */
export function describe(values: Float64Array): Description {
  const count = values.length
  if (count === 0) return { count, min: 0, max: 0, mean: 0, std: 0 }
  const average = mean(values)
  return { count, min: smallest(values), max: largest(values), mean: average, std: deviation(values, average) }
}

/** The two-pass mean of commons-math: the second pass takes back what rounding lost in the first. NaN for no values. */
export function mean(values: Float64Array): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]!
  const rough = sum / values.length
  let correction = 0
  for (let i = 0; i < values.length; i++) correction += values[i]! - rough
  return rough + correction / values.length
}

/** Sample standard deviation (n − 1), corrected for the rounding of the mean; 0 for a single value. */
function deviation(values: Float64Array, average: number): number {
  const count = values.length
  if (count === 1) return 0
  let squares = 0
  let rest = 0
  for (let i = 0; i < count; i++) {
    const distance = values[i]! - average
    squares += distance * distance
    rest += distance
  }
  return Math.sqrt((squares - (rest * rest) / count) / (count - 1))
}

/**
 * Percentile of ascending values by R's type 7 (Hyndman and Fan, "Sample quantiles in statistical packages", 1996):
 * linear between the two neighbours of position 1 + (n − 1)·fraction. NaN for no values; an infinite neighbour gives NaN.
 */
export function percentile(sorted: Float64Array, fraction: number): number {
  const count = sorted.length
  if (count === 0) return Number.NaN
  if (count === 1) return sorted[0]!
  const position = 1 + (count - 1) * fraction
  if (position >= count) return sorted[count - 1]!
  const below = Math.floor(position)
  const lower = sorted[below - 1]!
  return lower + (position - below) * (sorted[below]! - lower)
}

/** The first of the smallest: with both zeros in the data, which one it is decides ties (see `rank-interval.ts`). */
export function smallest(values: Float64Array): number {
  let least = values[0]!
  for (let i = 1; i < values.length; i++) if (!(least <= values[i]!)) least = values[i]!
  return least
}

/** The first of the largest. A NaN that only noise on infinities can bring is stepped over as the original does. */
export function largest(values: Float64Array): number {
  let most = values[0]!
  for (let i = 1; i < values.length; i++) if (!(most >= values[i]!)) most = values[i]!
  return most
}
