import type { Interval, MetricConfig, SequentialConfig } from './judge.ts'
import { type Arms, isExposed } from './sequential/arms.ts'
import { errorBudgets } from './sequential/budget.ts'
import { emptyRecord } from './sequential/data-rules.ts'
import { overDispersion } from './sequential/dispersion.ts'
import { eventReader, seriesReader } from './sequential/metric-reader.ts'
import { metricTrack } from './sequential/metric-track.ts'
import { expectedOfCanary, rateRatio } from './sequential/rate-ratio.ts'
import { lagOneCorrelation } from './sequential/series-test.ts'

/** What stable against stable says about one metric. */
export interface MetricCalibration {
  name: string
  runs: number
  /** Runs in which the metric failed, though nothing differed: each one a false alarm. */
  falseFails: number
  /** What the judge promises: the metric's part of the error budget, as a fraction of runs. */
  budget: number
  /** Over-dispersion φ of the counts, median over the runs; null for series. */
  overDispersion: number | null
  /** How closely neighbouring intervals follow each other, mean over the runs; null when there are too few of them. */
  correlation: number | null
  /** Settings that fit what was seen; empty when the present ones do. */
  proposed: Pick<MetricConfig, 'block' | 'dispersion'>
  /** For a person: what is unusual about the metric, or that nothing is. */
  finding: string
}

/** Fewer intervals than this say nothing about correlation. */
const enoughIntervals = 20

/**
 * The real false-alarm rate of each metric, from runs in which baseline and canary were the same release, and what
 * would lower it: clusters that last longer than an interval need blocks, no look at the running data repairs them.
 */
export function calibrate(
  config: SequentialConfig,
  metrics: readonly MetricConfig[],
  runs: readonly (readonly Interval[])[],
): MetricCalibration[] {
  const all = calibrations(config, metrics)
  for (const run of runs) for (const { add } of all) add(run)
  return all.map(({ report }) => report())
}

/** The same for one metric, a run at a time, so that a server can do other things between two runs. */
export interface Calibration {
  add(run: readonly Interval[]): void
  report(): MetricCalibration
}

export function calibrations(config: SequentialConfig, metrics: readonly MetricConfig[]): Calibration[] {
  const budgets = errorBudgets(config, metrics)
  return metrics.map((metric, index) => calibration(metric, budgets[index]!, config.falsePass ?? config.falseAlarm))
}

function calibration(metric: MetricConfig, budget: number, falsePass: number): Calibration {
  const start = metricTrack(metric, { falseFail: budget, falsePass })
  const seen: Seen[] = []
  let falseFails = 0
  return {
    add(run) {
      const track = start()
      for (const interval of run) track.look(interval)
      if (track.verdict(true) === 'fail') falseFails += 1
      seen.push(metric.kind === 'series' ? ofSeries(metric, run) : ofEvents(metric, run))
    },
    report() {
      const overDispersion = median(seen.map(run => run.overDispersion))
      const correlation = mean(seen.map(run => run.correlation))
      const counted = { overDispersion, correlation, falseFails, budget, runs: seen.length }
      return { name: metric.name, ...counted, ...advice(metric, counted) }
    },
  }
}

interface Seen {
  overDispersion: number | null
  correlation: number | null
}

function ofSeries(metric: MetricConfig, run: readonly Interval[]): Seen {
  const reader = seriesReader(metric)
  const data = emptyRecord()
  const pairs = run.map(interval => reader.read(interval, data)).filter(sample => sample !== null)
  const correlation = pairs.length < enoughIntervals ? null : lagOneCorrelation(pairs.map(({ up }) => up.harm))
  return { overDispersion: null, correlation }
}

/** Of several watched bounds of a histogram, the most over-dispersed and the most correlated one. */
function ofEvents(metric: MetricConfig, run: readonly Interval[]): Seen {
  const reader = eventReader(metric)
  const data = emptyRecord()
  const samples = run.map(interval => reader.read(interval, data)).filter(sample => sample !== null)
  const bounds = samples[0]?.up.map((_, k) => samples.map(({ up }) => up[k]!)) ?? []
  return { overDispersion: largest(bounds.map(overDispersion)), correlation: largest(bounds.map(residualCorrelation)) }
}

/** Lag-1 correlation of the standardised residuals of the canary's share; null with too few intervals that had events. */
export function residualCorrelation(all: readonly Arms[]): number | null {
  const exposed = all.filter(arms => isExposed(arms) && arms.b + arms.c > 0)
  const ratio = rateRatio(exposed)
  if (exposed.length < enoughIntervals || !(ratio > 0 && Number.isFinite(ratio))) return null
  const residuals = exposed.map(arms => {
    const { expected, variance } = expectedOfCanary([arms], ratio)
    return (arms.c - expected) / Math.sqrt(variance)
  })
  const centre = residuals.reduce((sum, value) => sum + value / residuals.length, 0)
  let products = 0
  let squares = 0
  for (const [t, value] of residuals.entries()) {
    squares += (value - centre) ** 2
    if (t > 0) products += (value - centre) * (residuals[t - 1]! - centre)
  }
  // Residuals are of the order of one: less than this is rounding.
  return squares > 1e-9 ? products / squares : 0
}

type Counted = Omit<MetricCalibration, 'name' | 'proposed' | 'finding'>

function advice(
  metric: MetricConfig,
  { correlation, overDispersion: phi, falseFails, budget, runs }: Counted,
): Pick<MetricCalibration, 'proposed' | 'finding'> {
  const alarms = `${falseFails} of ${runs} runs failed where ${shown(budget * runs)} were allowed`
  // The series test sees its correlation by itself, up to what blocks of ten cover.
  const tolerated = metric.kind === 'series' ? 0.8 : 0.2
  if (correlation !== null && correlation > tolerated) {
    const block = Math.ceil(4 / (1 - Math.min(correlation, 0.95)))
    return {
      proposed: { block },
      finding: `neighbouring intervals follow each other (correlation ${shown(correlation)}); judge blocks of ${block}; ${alarms}`,
    }
  }
  if (falseFails > allowedByChance(budget * runs) && metric.kind !== 'series' && metric.dispersion !== 'strict')
    return { proposed: { dispersion: 'strict' }, finding: `fails too often when nothing differs; ${alarms}` }
  const clusters =
    phi !== null && phi > 1.5 ? `events come in clusters (φ ${shown(phi)}), which is corrected for` : 'nothing unusual'
  return { proposed: {}, finding: `${clusters}; ${alarms}` }
}

/** About the 99th percentile of a Poisson count, so that one unlucky run proposes nothing. */
function allowedByChance(expected: number): number {
  return expected + 2.33 * Math.sqrt(expected) + 1
}

function largest(values: readonly (number | null)[]): number | null {
  const known = values.filter(value => value !== null)
  return known.length === 0 ? null : known.reduce((best, value) => Math.max(best, value))
}

function median(values: readonly (number | null)[]): number | null {
  const known = values.filter(value => value !== null).sort((a, b) => a - b)
  return known[Math.floor((known.length - 1) / 2)] ?? null
}

function mean(values: readonly (number | null)[]): number | null {
  const known = values.filter(value => value !== null)
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value) / known.length
}

function shown(value: number): string {
  return String(Number(value.toPrecision(2)))
}
