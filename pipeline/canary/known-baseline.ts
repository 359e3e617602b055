import type { CompactEvidence } from './compact-evidence.ts'
import { intervalsOf } from './compact-evidence.ts'
import type { Interval, MetricConfig, Observation } from './judge.ts'

/** How much more exposure than the canary the made-up baseline has. The limit of the ratio test for a known rate is
 * infinity; at 20 it loses 5 % of its power, and the correction for clustering (a correlation of all events of an
 * interval, the baseline's included) still works, which it would not at a million. */
const exposureRatio = 20
/** 99 %, one side. */
const z = 2.326347874040841

/**
 * The intervals that the judge gets. Those of a bake, in which only the new version has traffic, get a baseline: the old
 * version's rate before the promotion, at its upper confidence limit, as if it had been seen beside the new version.
 *
 * For metrics made of events. A series has no rate, so in a bake only its guardrails act. A metric without baseline data
 * before the bake stays without one.
 */
export function judgedIntervals(evidence: CompactEvidence, metrics: readonly MetricConfig[]): Interval[] {
  const intervals = intervalsOf(evidence, metrics)
  const bakeFrom = evidence.bakeFrom ?? intervals.length
  const before = intervals.slice(0, bakeFrom)
  return [...before, ...bakeIntervals(before, intervals.slice(bakeFrom), metrics)].slice(evidence.judgeFrom)
}

function bakeIntervals(
  before: readonly Interval[],
  bake: readonly Interval[],
  metrics: readonly MetricConfig[],
): Interval[] {
  const known = metrics.map(metric => ({ name: metric.name, side: knownSide(metric, before, bake) }))
  return bake.map((interval, index) => ({
    canary: interval.canary,
    baseline: Object.fromEntries(known.map(({ name, side }) => [name, side[index] ?? null])),
    exposure: { baseline: exposureRatio * canaryExposure(interval), canary: canaryExposure(interval) },
  }))
}

/** Upper limit of the mean of a Poisson count (Wilson and Hilferty; 4.61 for 0 events, exact: 4.605). */
export function upperLimit(events: number): number {
  const k = events + 1
  return k * (1 - 1 / (9 * k) + z / (3 * Math.sqrt(k))) ** 3
}

function knownSide(metric: MetricConfig, before: readonly Interval[], bake: readonly Interval[]): Observation[] {
  const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0)
  const baseline = before.map(interval => interval.baseline[metric.name] ?? null)
  const canary = bake.map(interval => interval.canary[metric.name] ?? null)
  if (metric.kind === 'proportion') {
    const seen = baseline.filter(isProportion)
    const total = sum(seen.map(({ total }) => total))
    const share = shareLimit(sum(seen.map(({ bad }) => bad)), total)
    const exposures = canary.map(side => (isProportion(side) ? exposureRatio * side.total : null))
    return spread(share, exposures).map((bad, index) => (bad === null ? null : { bad, total: exposures[index]! }))
  }
  if (metric.kind === 'count') {
    const seen = before.filter(interval => isCount(interval.baseline[metric.name] ?? null))
    const exposure = sum(seen.map(interval => interval.exposure?.baseline ?? 0))
    const events = sum(baseline.filter(isCount).map(side => side.events))
    const rate = exposure > 0 ? upperLimit(events) / exposure : null
    const exposures = bake.map((interval, index) =>
      isCount(canary[index]!) ? exposureRatio * canaryExposure(interval) : null,
    )
    return spread(rate, exposures).map(events => (events === null ? null : { events }))
  }
  if (metric.kind === 'histogram') return knownHistogram(baseline.filter(isHistogram), canary)
  return bake.map(() => null)
}

/** Every tail at its own upper limit: slower than was seen, at every bound. */
function knownHistogram(baseline: readonly Histogram[], canary: readonly Observation[]): Observation[] {
  const width = baseline[0]?.counts.length ?? 0
  const tails = (counts: readonly number[]) => counts.map((_, from) => counts.slice(from).reduce((a, b) => a + b, 0))
  const summed = Array.from({ length: width }, (_, i) => baseline.reduce((sum, side) => sum + (side.counts[i] ?? 0), 0))
  const seen = tails(summed)
  const total = seen[0] ?? 0
  const exposures = canary.map(side => (isHistogram(side) ? exposureRatio * (tails(side.counts)[0] ?? 0) : null))
  const above = seen.map((count, i) => spread(i === 0 ? (total > 0 ? 1 : null) : shareLimit(count, total), exposures))
  return exposures.map((exposure, j) => {
    if (exposure === null || !(total > 0)) return null
    return { counts: above.map((tail, i) => Math.max(0, tail[j]! - (above[i + 1]?.[j] ?? 0))) }
  })
}

/** Null when nothing was seen. */
function shareLimit(bad: number, total: number): number | null {
  return total > 0 ? Math.min(1, upperLimit(bad) / total) : null
}

/** Whole events for each exposure: the running sum is rounded up, so that no rounding ever flatters the new version. */
function spread(rate: number | null, exposures: readonly (number | null)[]): (number | null)[] {
  let exposed = 0
  let given = 0
  return exposures.map(exposure => {
    if (rate === null || exposure === null) return null
    exposed += exposure
    const events = Math.ceil(rate * exposed - 1e-9) - given
    given += events
    return events
  })
}

function canaryExposure(interval: Interval): number {
  return interval.exposure?.canary ?? 0
}

type Proportion = { bad: number; total: number }
type Histogram = { counts: readonly number[] }

const isProportion = (side: Observation): side is Proportion => side !== null && 'total' in side
const isCount = (side: Observation): side is { events: number } => side !== null && 'events' in side
const isHistogram = (side: Observation): side is Histogram => side !== null && 'counts' in side
