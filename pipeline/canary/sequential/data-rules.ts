import type { Interval, MetricConfig } from '../judge.ts'

/** One side of one interval: usable, absent, or unreadable. A zero is a value; only `missing` is none. */
export type Reading<T> = { state: 'ok'; value: T } | { state: 'missing' } | { state: 'error'; message: string }

/** Events above each watched bound (one for all kinds but `histogram`) and what they are counted against. */
export interface Events {
  events: readonly number[]
  exposure: number
}

const missing = { state: 'missing' } as const

/**
 * The events of one side. NaN, infinities, negative counts, more bad than total: missing. A shape that does not fit
 * the metric: an error. Fractions are rounded, as they come from extrapolated increases.
 */
export function readEvents(metric: MetricConfig, interval: Interval, side: 'baseline' | 'canary'): Reading<Events> {
  const observation = interval[side][metric.name] ?? null
  if (observation === null) return missing
  if ('error' in observation) return { state: 'error', message: observation.error }
  if (metric.kind === 'proportion' && 'bad' in observation) return readProportion(observation)
  if (metric.kind === 'histogram' && 'counts' in observation) return readHistogram(metric, observation.counts)
  if (metric.kind === 'count' && 'events' in observation)
    return readCount(observation.events, interval.exposure?.[side])
  return unfit(metric, observation)
}

/** Larger values are overflow of whatever measured them; up to here, squares and sums stay finite. */
const largestValue = 1e150

/** The value of one side of a `series`. NaN, infinities and what is next to infinite are missing. */
export function readValue(metric: MetricConfig, interval: Interval, side: 'baseline' | 'canary'): Reading<number> {
  const observation = interval[side][metric.name] ?? null
  if (observation === null) return missing
  if ('error' in observation) return { state: 'error', message: observation.error }
  if (!('value' in observation)) return unfit(metric, observation)
  return Math.abs(observation.value) <= largestValue ? { state: 'ok', value: observation.value } : missing
}

function readProportion({ bad, total }: { bad: number; total: number }): Reading<Events> {
  if (!isCount(bad) || !isCount(total) || bad > total) return missing
  return { state: 'ok', value: { events: [Math.round(bad)], exposure: Math.round(total) } }
}

function readCount(events: number, exposure: number | undefined): Reading<Events> {
  if (exposure === undefined) return { state: 'error', message: 'a count needs the exposure of both sides' }
  if (!isCount(events) || !isCount(exposure)) return missing
  if (exposure === 0 && events > 0) return missing
  return { state: 'ok', value: { events: [Math.round(events)], exposure } }
}

function readHistogram(metric: MetricConfig, counts: readonly number[]): Reading<Events> {
  const bounds = metric.bounds ?? []
  if (counts.length !== bounds.length + 1)
    return { state: 'error', message: `${counts.length} buckets where ${bounds.length + 1} were expected` }
  if (!counts.every(isCount)) return missing
  const above = countsAbove(counts.map(Math.round))
  const watched = metric.threshold === undefined ? above.slice(1) : [above[bounds.indexOf(metric.threshold) + 1]!]
  return { state: 'ok', value: { events: watched, exposure: above[0]! } }
}

/** `above[k]`: events in bucket k and all higher ones; `above[0]` is all of them. */
function countsAbove(counts: readonly number[]): number[] {
  const above = [...counts]
  for (let k = above.length - 2; k >= 0; k--) above[k]! += above[k + 1]!
  return above
}

function isCount(value: number): boolean {
  return value >= 0 && value <= Number.MAX_SAFE_INTEGER
}

function unfit(metric: MetricConfig, observation: object): Reading<never> {
  const keys = Object.keys(observation).join(', ')
  return { state: 'error', message: `{ ${keys} } is not what a ${metric.kind} is made of` }
}

/** Which data a metric got so far, and whether they suffice for a pass. */
export interface DataRecord {
  intervals: number
  /** Intervals with data and exposure on both sides (since the pass was last started anew). */
  usable: number
  /** Intervals where the baseline had data, and those of them where the canary had none. */
  baselineSeen: number
  canaryAbsent: number
  /** Why the latest interval could not be read; null when it could. */
  unreadable: string | null
  /** Whether some interval could not be read. */
  everUnreadable: boolean
}

export function emptyRecord(): DataRecord {
  return { intervals: 0, usable: 0, baselineSeen: 0, canaryAbsent: 0, unreadable: null, everUnreadable: false }
}

/** Takes note of one interval. */
export function record<T>(data: DataRecord, baseline: Reading<T>, canary: Reading<T>): void {
  data.intervals += 1
  if (baseline.state === 'ok') data.baselineSeen += 1
  if (baseline.state === 'ok' && canary.state !== 'ok') data.canaryAbsent += 1
  data.unreadable = messageOf(canary) ?? messageOf(baseline)
  data.everUnreadable ||= data.unreadable !== null
}

function messageOf(reading: Reading<unknown>): string | null {
  return reading.state === 'error' ? reading.message : null
}

/** A crashed canary reports nothing: silent in more than a tenth of the intervals is never a pass. */
export function isCanaryPresent(data: DataRecord): boolean {
  return data.canaryAbsent <= 0.1 * data.baselineSeen
}
