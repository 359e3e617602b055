import type { Evidence, Interval } from '../../pipeline/canary/judge.ts'
import { judges } from '../../pipeline/canary/judges.ts'
import { judgeKayentaCase } from '../../pipeline/canary/kayenta/judge-case.ts'
import { type JavaRandom, javaRandom } from '../../pipeline/canary/mann-whitney/java-random.ts'
import { rankInterval } from '../../pipeline/canary/mann-whitney/rank-interval.ts'
import { type RankStatistic, rankStatistic } from '../../pipeline/canary/mann-whitney/rank-statistic.ts'
import { naiveStatistic } from '../../pipeline/canary/mann-whitney/testing.ts'

/** One measured speed. Times are milliseconds of this thread's processor time a metric. */
export interface Speed {
  what: string
  metrics: number
  points: number
  /** Middle of all stretches, and the fastest one: what else the machine is doing can only add to it. */
  median: number
  best: number
  /** Of the original on the same class of machine, warm; null when it has nothing to compare with. */
  original: number | null
  /** How many times as fast as the original it has to be; null: shown only. */
  required: number | null
}

export interface Size {
  metrics: number
  points: number
  original: number
  /** Stretches that are measured. */
  runs: number
}

export const sizes: readonly Size[] = [
  { metrics: 1000, points: 60, original: 1.3, runs: 25 },
  { metrics: 10, points: 10_000, original: 236, runs: 25 },
]

const required = 25

/** Whole judgments of a case in Kayenta's form: settings, statistics, ranks, score. */
export function kayentaSpeed({ metrics, points, original, runs }: Size): Speed {
  const input = kayentaCase(metrics, points)
  const times = timesOf(() => judgeKayentaCase(input), runs)
  return { what: 'mann-whitney', metrics, points, ...summary(times, metrics), original, required }
}

/** The same interval from a statistic that sorts everything anew at each step, as the original does, over ours. */
export function naiveRatio(points: number, repeats: number): { points: number; ratio: number; same: boolean } {
  const random = javaRandom(2)
  const x = values(points, random)
  const y = values(points, random)
  const sorted = { x: Float64Array.from(x).sort(), y: Float64Array.from(y).sort() }
  const range = [sorted.x[0]! - sorted.y[points - 1]!, sorted.x[points - 1]! - sorted.y[0]!] as const
  const naive: RankStatistic = { at: shift => naiveStatistic(x, y, shift), rankSum: () => Number.NaN }
  const ours = () => rankInterval(rankStatistic(sorted.x, sorted.y), ...range)
  const theirs = () => rankInterval(naive, ...range)
  const same = JSON.stringify(ours()) === JSON.stringify(theirs())
  const slow = Math.min(...timesOf(theirs, repeats))
  const fast = Math.min(...timesOf(ours, repeats))
  return { points, ratio: slow / fast, same }
}

/** The default judge on the same data turned into requests: every interval of 60, all of them at one look. */
export function sequentialSpeed(metrics: number, intervals: number, runs: number): Speed {
  const evidence = proportions(metrics, intervals)
  const config = { type: 'sequential', falseAlarm: 0.01 } as const
  const times = timesOf(() => judges.sequential(config, evidence), runs)
  return { what: 'sequential', metrics, points: intervals, ...summary(times, metrics), original: null, required: null }
}

/** The rank judge on a live canary, as a stage asks for it. */
export function liveSpeed(metrics: number, intervals: number, runs: number): Speed {
  const evidence = proportions(metrics, intervals)
  const config = { type: 'mann-whitney', pass: 95, marginal: 75 } as const
  const times = timesOf(() => judges['mann-whitney'](config, evidence), runs)
  return {
    what: 'mann-whitney, live',
    metrics,
    points: intervals,
    ...summary(times, metrics),
    original: null,
    required: null,
  }
}

/** By the fastest stretch: the original's figures are from a machine that did nothing else. */
export function timesFaster({ original, best }: Speed): number | null {
  return original === null ? null : original / best
}

/** A speed that could not be measured misses. */
export function isMet(speed: Speed): boolean {
  return speed.required === null || (timesFaster(speed) ?? 0) >= speed.required
}

export function kayentaCase(metrics: number, points: number) {
  const random = javaRandom(1)
  const names = Array.from({ length: metrics }, (_, i) => `metric-${i}`)
  return {
    id: `${metrics} × ${points}`,
    canaryConfig: {
      metrics: names.map(name => ({ name, groups: ['all'], analysisConfigurations: {} })),
      classifier: { groupWeights: { all: 100 } },
    },
    thresholds: { pass: 95, marginal: 75 },
    metricSetPairs: names.map(name => ({
      name,
      id: name,
      tags: {},
      values: { control: values(points, random), experiment: values(points, random) },
    })),
  }
}

function values(count: number, random: JavaRandom): number[] {
  return Array.from({ length: count }, () => 100 + 10 * random.nextGaussian())
}

function proportions(metrics: number, intervals: number): Evidence {
  const random = javaRandom(3)
  const names = Array.from({ length: metrics }, (_, i) => `metric-${i}`)
  const side = () =>
    Object.fromEntries(
      names.map(name => [name, { bad: Math.max(0, Math.round(5 + 2 * random.nextGaussian())), total: 500 }]),
    )
  return {
    metrics: names.map(name => ({ name, kind: 'proportion', margin: { absolute: 0.01 } })),
    intervals: Array.from({ length: intervals }, (): Interval => ({ baseline: side(), canary: side() })),
    last: true,
  }
}

function summary(times: readonly number[], metrics: number): Pick<Speed, 'median' | 'best'> {
  const sorted = times.toSorted((a, b) => a - b)
  return { median: sorted[Math.floor(sorted.length / 2)]! / metrics, best: sorted[0]! / metrics }
}

/** A shorter stretch would drown in the grain of the processor clock, 4 ms. */
const stretch = 100

/** Milliseconds of one run, `count` times: means over stretches, after a first one that warms up, as the original was. */
function timesOf(run: () => unknown, count: number): number[] {
  let runs = 0
  for (const start = performance.now(); performance.now() - start < 5 * stretch || runs === 0; runs++) run()
  const each = Math.max(1, Math.ceil(runs / 5))
  return Array.from({ length: count }, () => {
    const before = threadTime()
    for (let i = 0; i < each; i++) run()
    return (threadTime() - before) / each
  })
}

/** Processor time of this thread where Node can tell (23.9), so that a busy machine counts less; else the clock. */
function threadTime(): number {
  if (process.threadCpuUsage === undefined) return performance.now()
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}
