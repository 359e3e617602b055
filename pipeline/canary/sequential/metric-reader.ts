import type { Interval, MetricConfig, Observation } from '../judge.ts'
import { type Arms, isExposed, sumOfArms, swapped } from './arms.ts'
import { type DataRecord, readEvents, readValue, record } from './data-rules.ts'
import type { EventSample } from './event-direction.ts'
import type { Pair } from './interval.ts'

/** One interval seen from both sides: `up` where more is harm, `down` where less is. */
export interface Sample<T> {
  up: T
  down: T
}

/** What a metric amounts to on each side, in its own unit. */
export interface Totals {
  baseline: Observation
  canary: Observation
  /** Rates, shares or means to compare; null when there is nothing to divide by. */
  baselineLevel: number | null
  canaryLevel: number | null
}

/** Reads the intervals of one metric and adds up what was usable. */
export interface MetricReader<T> {
  /** Notes what the interval holds; null when it adds nothing to the evidence. */
  read(interval: Interval, data: DataRecord): Sample<T> | null
  /** `bound` picks what is compared in a histogram without a threshold. */
  totals(bound: number | null): Totals
}

export function seriesReader(metric: MetricConfig): MetricReader<Pair> {
  let pairs = 0
  let baselineSum = 0
  let canarySum = 0
  return {
    read(interval, data) {
      const baseline = readValue(metric, interval, 'baseline')
      const canary = readValue(metric, interval, 'canary')
      record(data, baseline, canary)
      if (baseline.state !== 'ok' || canary.state !== 'ok') return null
      const harm = canary.value - baseline.value
      pairs += 1
      baselineSum += baseline.value
      canarySum += canary.value
      return { up: { harm, reference: baseline.value }, down: { harm: -harm, reference: canary.value } }
    },
    totals() {
      if (pairs === 0) return nothing
      const baselineLevel = baselineSum / pairs
      const canaryLevel = canarySum / pairs
      return { baseline: { value: baselineLevel }, canary: { value: canaryLevel }, baselineLevel, canaryLevel }
    },
  }
}

const nothing: Totals = { baseline: null, canary: null, baselineLevel: null, canaryLevel: null }

export function eventReader(metric: MetricConfig): MetricReader<EventSample> {
  let sums: EventSample | null = null
  return {
    read(interval, data) {
      const baseline = readEvents(metric, interval, 'baseline')
      const canary = readEvents(metric, interval, 'canary')
      record(data, baseline, canary)
      if (baseline.state !== 'ok' || canary.state !== 'ok') return null
      const { events, exposure } = canary.value
      const up = baseline.value.events.map((b, k) => ({ b, u: baseline.value.exposure, c: events[k]!, v: exposure }))
      sums = sums === null ? up : up.map((arms, k) => sumOfArms([sums![k]!, arms]))
      return up.every(isExposed) ? { up, down: up.map(swapped) } : null
    },
    totals(bound) {
      if (sums === null) return nothing
      const watched = bound === null || metric.threshold !== undefined ? 0 : metric.bounds!.indexOf(bound)
      const { b, u, c, v } = sums[watched]!
      return {
        baseline: observationOf(metric, sums),
        canary: observationOf(metric, sums.map(swapped)),
        baselineLevel: u > 0 ? b / u : null,
        canaryLevel: v > 0 ? c / v : null,
      }
    },
  }
}

/** The baseline's sums as an observation; a histogram with a threshold was judged as the share above it. */
function observationOf(metric: MetricConfig, sums: readonly Arms[]): Observation {
  const { b, u } = sums[0]!
  if (metric.kind === 'count') return { events: b }
  if (metric.kind === 'proportion' || metric.threshold !== undefined) return { bad: b, total: u }
  const above = [u, ...sums.map(arms => arms.b)]
  return { counts: above.map((count, k) => count - (above[k + 1] ?? 0)) }
}
