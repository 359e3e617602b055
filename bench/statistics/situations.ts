import type { Interval, MetricConfig, SequentialConfig } from '../../pipeline/canary/judge.ts'
import type { Draw } from './random.ts'
import type { Situation } from './simulate.ts'

const config: SequentialConfig = { type: 'sequential', falseAlarm: 0.02 }
const even = { baseline: 1, canary: 1 }

/** Counts, one interval a minute: so many events a minute on each side, drawn as told. */
export function counts(
  rates: { baseline: number; canary: number },
  from: (draw: Draw, rate: number) => number = (draw, rate) => draw.poisson(rate),
): Situation {
  return {
    config,
    metrics: [{ name: 'errors', kind: 'count' }],
    looks: 60,
    canary: draw => () => ({
      baseline: { errors: { events: from(draw, rates.baseline) } },
      canary: { errors: { events: from(draw, rates.canary) } },
      exposure: even,
    }),
  }
}

/** Events that come in batches of five to ten, `rate` batches a minute. */
export function batches(draw: Draw, rate: number): number {
  let events = 0
  for (let batch = draw.poisson(rate); batch > 0; batch--) events += 5 + Math.floor(6 * draw.uniform())
  return events
}

/** A share of bad requests on each side, with so many requests a side and interval. */
export function shares(
  bad: { baseline: number; canary: number },
  settings: { requests: number; looks: number; margin?: MetricConfig['margin'] },
): Situation {
  const { requests, looks, margin } = settings
  const seen = (draw: Draw, share: number) => ({ requests: { bad: draw.binomial(requests, share), total: requests } })
  return {
    config,
    metrics: [{ name: 'requests', kind: 'proportion', ...(margin && { margin }) }],
    looks,
    canary: draw => () => ({ baseline: seen(draw, bad.baseline), canary: seen(draw, bad.canary) }),
  }
}

/** Slow requests as a histogram with a threshold: the share above it. */
export function slowRequests(
  slow: { baseline: number; canary: number },
  { requests, looks }: { requests: number; looks: number },
): Situation {
  const seen = (draw: Draw, share: number) => {
    const above = draw.binomial(requests, share)
    return { latency: { counts: [requests - above, above] } }
  }
  return {
    config,
    metrics: [{ name: 'latency', kind: 'histogram', bounds: [500], threshold: 500 }],
    looks,
    canary: draw => () => ({ baseline: seen(draw, slow.baseline), canary: seen(draw, slow.canary) }),
  }
}

/**
 * A series on each side whose points follow each other with correlation φ; unit variance. Sixty points; `every` says
 * after how many of them there is a look.
 */
export function series(phi: number, shift = 0): Situation {
  return {
    config,
    metrics: [{ name: 'cpu', kind: 'series' }],
    looks: 60,
    canary(draw) {
      const step = (previous: number) => phi * previous + Math.sqrt(1 - phi * phi) * draw.normal()
      let baseline = draw.normal()
      let canary = draw.normal()
      return () => {
        const interval = { baseline: { cpu: { value: baseline } }, canary: { cpu: { value: canary + shift } } }
        baseline = step(baseline)
        canary = step(canary)
        return interval
      }
    },
  }
}

/** Stable against stable: twenty metrics, any one of which may fail it, a thousand looks. */
export function stableAgainstStable(): Situation {
  const metrics = Array.from(
    { length: 20 },
    (_, i): MetricConfig => ({ name: `metric-${i}`, kind: 'count', critical: true }),
  )
  const rates = metrics.map((_, i) => [0.2, 1, 5][i % 3]!)
  const side = (draw: Draw): Interval['canary'] =>
    Object.fromEntries(metrics.map(({ name }, i) => [name, { events: draw.poisson(rates[i]!) }]))
  return {
    config,
    metrics,
    looks: 1_000,
    canary: draw => () => ({ baseline: side(draw), canary: side(draw), exposure: even }),
  }
}
