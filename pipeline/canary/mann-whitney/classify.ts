import { commonLanguageEffect, meanRatio } from './effect-size.ts'
import type { JavaRandom } from './java-random.ts'
import { type RankInterval, rankInterval } from './rank-interval.ts'
import { AllTied, rankStatistic } from './rank-statistic.ts'
import type { RankSettings } from './settings.ts'
import { largest, mean, smallest } from './statistics.ts'

/** `Nodata` and `Error` are left out of the scores; all but `Pass` lower them otherwise. */
export type RankLabel = 'Pass' | 'High' | 'Low' | 'Nodata' | 'NodataFailMetric' | 'Error'

/** How the label came about. */
export type RankPath = 'empty' | 'identical' | 'singleValue' | 'mannwhitney'

export interface RankClassification {
  label: RankLabel
  reason: string | null
  /** Fails the canary by itself. */
  critical: boolean
  /** Mean of the canary over mean of the baseline; 1 where nothing was compared, null after an `Error`. */
  ratio: number | null
  path: RankPath
  /** Both sides constant and different: judged with noise added. */
  noise: boolean
  comparison: Comparison | null
}

export interface Comparison extends RankInterval {
  deviation: number
  effectSize: number
  /** A quarter of the estimate: what the interval has to clear. */
  bound: number
}

interface Sides {
  experiment: Float64Array
  control: Float64Array
}

/**
 * Classifies one metric from the values of both sides, NaN and outliers already handled, as `NetflixACAJudge-v1.0` does.
 * `random` is asked for only where the original adds noise; it draws for the experiment first, then for the control.
 */
export function classify(
  name: string,
  sides: Sides,
  settings: RankSettings,
  random: () => JavaRandom,
): RankClassification {
  const { experiment, control } = sides
  if (experiment.length === 0 || control.length === 0) return withoutData(name, settings)
  const sorted = { experiment: experiment.slice().sort(), control: control.slice().sort() }
  if (sameValues(sorted.experiment, sorted.control)) {
    return passed('identical', 'The Canary and Baseline data are identical')
  }
  const constant = isConstant(sorted.experiment) && isConstant(sorted.control)
  if (constant && experiment[0] === control[0]) return passed('singleValue', null)

  const noisy = constant ? withNoise(sides, random()) : sides
  const noisySorted = constant
    ? { experiment: noisy.experiment.slice().sort(), control: noisy.control.slice().sort() }
    : sorted
  const comparison = compare(noisy, noisySorted, settings)
  if (comparison === null) return undecidable(constant)
  return { ...verdict(name, comparison, settings), path: 'mannwhitney', noise: constant, comparison }
}

function withoutData(name: string, settings: RankSettings): RankClassification {
  if (settings.nanStrategy === 'replace') return passed('empty', null)
  const label = settings.mustHaveData && !settings.critical ? 'NodataFailMetric' : 'Nodata'
  return { ...passed('empty', `Missing data for ${name}`), label, critical: settings.critical }
}

function passed(path: RankPath, reason: string | null): RankClassification {
  return { label: 'Pass', reason, critical: false, ratio: 1, path, noise: false, comparison: null }
}

/** Never critical, even when the metric is: a defect of the original that an exact copy has to have. */
function undecidable(noise: boolean): RankClassification {
  const reason = 'Metric Classification Failed'
  return { label: 'Error', reason, critical: false, ratio: null, path: 'mannwhitney', noise, comparison: null }
}

/** Sorted values, compared as numbers: 0 and −0 are the same here, though not in the ranks. */
function sameValues(a: Float64Array, b: Float64Array): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i])
}

function isConstant(sorted: Float64Array): boolean {
  return sorted[0] === sorted[sorted.length - 1]
}

/** Normal noise of 1e-5 of the value: the original's way to give two constants a spread. A value of 0 gets none. */
function withNoise(sides: Sides, random: JavaRandom): Sides {
  const experiment = noised(sides.experiment, random)
  const control = noised(sides.control, random)
  return { experiment, control }
}

function noised(values: Float64Array, random: JavaRandom): Float64Array {
  const scale = values[0]! * 1e-5
  // The mean of the noise, + 0, turns a −0 into 0 and stays for that.
  return values.map(value => value + (random.nextGaussian() * scale + 0))
}

/** The interval of the shift and the size of the effect; null when all observations are tied. */
function compare(sides: Sides, sorted: Sides, settings: RankSettings): Comparison | null {
  const { experiment, control } = sides
  const statistic = rankStatistic(sorted.experiment, sorted.control)
  const interval = intervalOrNull()
  if (interval === null) return null
  const deviation = meanRatio(mean(experiment), mean(control))
  const effectSize =
    settings.effect.measure === 'cles'
      ? commonLanguageEffect(statistic.rankSum(), experiment.length, control.length)
      : deviation
  return { ...interval, deviation, effectSize, bound: 0.25 * Math.abs(interval.estimate) }

  function intervalOrNull(): RankInterval | null {
    const from = smallest(experiment) - largest(control)
    const to = largest(experiment) - smallest(control)
    try {
      return rankInterval(statistic, from, to)
    } catch (error) {
      if (error instanceof AllTied) return null
      throw error
    }
  }
}

function verdict(name: string, comparison: Comparison, settings: RankSettings) {
  const { lower, upper, bound, effectSize, deviation: ratio } = comparison
  const { allowedIncrease, allowedDecrease, criticalIncrease, criticalDecrease } = settings.effect
  // An effect that cannot be computed passes every limit: the rank test alone decides then.
  const unknown = Number.isNaN(effectSize)

  if (settings.direction !== 'decrease' && lower > bound && (unknown || effectSize >= allowedIncrease)) {
    return labelled('High', unknown || effectSize >= criticalIncrease)
  }
  if (settings.direction !== 'increase' && upper < -bound && (unknown || effectSize <= allowedDecrease)) {
    return labelled('Low', unknown || effectSize <= criticalDecrease)
  }
  return { label: 'Pass' as const, reason: null, critical: false, ratio }

  function labelled(label: 'High' | 'Low', beyondCritical: boolean) {
    if (settings.critical && beyondCritical) {
      return { label, reason: `The metric ${name} was classified as ${label} (Critical)`, critical: true, ratio }
    }
    return { label, reason: `${name} was classified as ${label}`, critical: false, ratio }
  }
}
