import type { Evidence, Guardrail, Interval, MetricConfig } from './judge.ts'
import { type Reading, readEvents, readValue } from './sequential/data-rules.ts'

/**
 * Absolute limits that act at once, whatever the baseline does: the first one that the canary broke, or null.
 *
 * At every look, the most recent intervals that together hold `atLeast` events are taken, so that a long good history
 * cannot hide a canary that has just begun to fail. What is measured: requests for `proportion` and for `histogram`
 * with a threshold (share above it), events for `count` (rate per unit of exposure), points for `series` (mean).
 * Missing and unreadable intervals neither break a limit nor count. An unknown metric, or a limit that is not a number,
 * throws a RangeError: it could never act.
 */
export function checkGuardrails(
  guardrails: readonly Guardrail[],
  evidence: Pick<Evidence, 'metrics' | 'intervals'>,
): { metric: string; reason: string } | null {
  const checks = guardrails.map(guardrail => ({
    guardrail,
    measure: measureOf(guardrail, evidence.metrics),
    window: [] as Point[],
  }))
  for (const interval of evidence.intervals) {
    for (const { guardrail, measure, window } of checks) {
      const point = measure(interval)
      if (point === null) continue
      const level = latestLevel(window, point, guardrail.atLeast)
      if (level !== null && level > guardrail.above)
        return { metric: guardrail.metric, reason: reasonOf(guardrail, level) }
    }
  }
  return null
}

/** What one interval adds: `amount` over `weight` is the level, `sample` counts towards `atLeast`. */
interface Point {
  amount: number
  weight: number
  sample: number
}

/** Level of the shortest latest stretch with a sample of `atLeast`; null while there is none. */
function latestLevel(window: Point[], point: Point, atLeast: number): number | null {
  window.push(point)
  while (sampleOf(window) - window[0]!.sample >= atLeast) window.shift()
  if (!(sampleOf(window) >= atLeast)) return null
  const weight = window.reduce((sum, each) => sum + each.weight, 0)
  return window.reduce((sum, each) => sum + each.amount, 0) / weight
}

function sampleOf(window: readonly Point[]): number {
  return window.reduce((sum, { sample }) => sum + sample, 0)
}

function measureOf(guardrail: Guardrail, metrics: readonly MetricConfig[]): (interval: Interval) => Point | null {
  const metric = metrics.find(({ name }) => name === guardrail.metric)
  if (!metric) {
    const known = metrics.map(({ name }) => name).join(', ')
    throw new RangeError(`a guardrail is on ${guardrail.metric}, which is no metric; known are ${known || 'none'}`)
  }
  if (!Number.isFinite(guardrail.above) || !(guardrail.atLeast >= 1))
    throw new RangeError(`the guardrail on ${metric.name} needs a limit, and a sample of at least 1`)
  if (metric.kind === 'histogram' && metric.threshold === undefined)
    throw new RangeError(`a guardrail on the histogram ${metric.name} needs its threshold: what counts as slow`)
  if (metric.kind === 'series')
    return interval =>
      pointOf(readValue(metric, interval, 'canary'), value => ({ amount: value, weight: 1, sample: 1 }))
  return interval =>
    pointOf(readEvents(metric, interval, 'canary'), ({ events, exposure }) => {
      const amount = events[0]!
      return { amount, weight: exposure, sample: metric.kind === 'count' ? amount : exposure }
    })
}

function pointOf<T>(reading: Reading<T>, toPoint: (value: T) => Point): Point | null {
  return reading.state === 'ok' ? toPoint(reading.value) : null
}

function reasonOf({ metric, above, atLeast }: Guardrail, level: number): string {
  const shown = (value: number) => String(Number(value.toPrecision(3)))
  return `canary ${metric} at ${shown(level)}, above the limit of ${shown(above)} on the latest ${atLeast} or more`
}
