import type { Observation } from '../pipeline/canary/judge.ts'
import { resolveQuery } from '../pipeline/expressions/query.ts'
import type { PlannedMetric } from '../pipeline/presets.ts'
import { NotFound } from './failures.ts'
import type { MetricProvider, Query, Sample, Window } from './metrics/provider.ts'
import type { Cluster, ServiceRef } from './requests.ts'

/** What was seen of one metric on both sides, and what was asked. Never an exception: a failure is an answer, too. */
export interface MetricReading {
  name: string
  provider: string
  query: string
  state: 'ok' | 'empty' | 'failed'
  /** Null on the baseline's side when it was not asked. */
  baseline: Observation
  canary: Observation
  /** Absent when it was not asked. Only calibration wants it, so its state is nobody's problem. */
  stable?: Observation
}

export interface Reading extends ServiceRef {
  window: Window
  canary: Cluster
  baseline: Cluster | null
  /** Runs what a fresh baseline runs. */
  stable: Cluster | null
}

export type Providers = Readonly<Record<string, MetricProvider>>

interface ReadOptions {
  providers: Providers
  signal: AbortSignal
  budget: number
}

/** Every metric of the clusters at once, each within `budget` milliseconds, tried up to three times. */
export async function readMetrics(
  metrics: readonly PlannedMetric[],
  reading: Reading,
  { providers, signal, budget }: ReadOptions,
): Promise<MetricReading[]> {
  const within = AbortSignal.any([signal, AbortSignal.timeout(budget)])
  const ask = (metric: PlannedMetric, cluster: Cluster | null) =>
    cluster === null ? null : observe(metric, cluster, reading, { providers, signal: within })
  return Promise.all(
    metrics.map(async metric => {
      const clusters = [reading.baseline, reading.canary, reading.stable]
      const [baseline, canary, stable] = await Promise.all(clusters.map(cluster => ask(metric, cluster)))
      return {
        name: metric.config.name,
        provider: metric.provider,
        query: canary!.query,
        state: stateOf(baseline ? [baseline.seen, canary!.seen] : [canary!.seen]),
        baseline: baseline?.seen ?? null,
        canary: canary!.seen,
        ...(stable ? { stable: stable.seen } : {}),
      }
    }),
  )
}

interface Observed {
  query: string
  seen: Observation
}

async function observe(
  metric: PlannedMetric,
  cluster: Cluster,
  reading: Reading,
  { providers, signal }: { providers: Providers; signal: AbortSignal },
): Promise<Observed> {
  let described = JSON.stringify(metric.expressions)
  try {
    const provider = known(providers, metric.provider)
    const query = queryFor(metric, cluster, reading, provider)
    described = provider.describe(query, reading.window)
    const samples = await orAborted(provider.query(query, reading.window, signal), signal)
    return { query: described, seen: summed(samples) }
  } catch (error) {
    return { query: described, seen: { error: error instanceof Error ? error.message : String(error) } }
  }
}

/** A provider that hangs ends with the signal. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(new Error('it did not answer in time'))
    if (signal.aborted) return abort()
    signal.addEventListener('abort', abort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

function known(providers: Providers, name: string): MetricProvider {
  const provider = Object.hasOwn(providers, name) ? providers[name] : undefined
  if (provider !== undefined) return provider
  throw new NotFound(`there is no metric provider "${name}"; known are ${Object.keys(providers).join(', ') || 'none'}`)
}

function queryFor(
  { config, expressions }: PlannedMetric,
  cluster: Cluster,
  reading: Reading,
  { language }: MetricProvider,
): Query {
  const { target, service, window } = reading
  const context = { selector: { target, service, cluster: cluster.role, version: cluster.version }, ...window }
  return {
    metric: config.name,
    kind: config.kind,
    selector: { target, service, role: cluster.role, version: cluster.version },
    ...(config.bounds === undefined ? {} : { bounds: config.bounds }),
    expressions: Object.fromEntries(
      Object.entries(expressions).map(([purpose, template]) => [purpose, resolveQuery(template, context, language)]),
    ),
  }
}

/** All samples of a window as one: increases add up, values are averaged. */
function summed(samples: readonly Sample[]): Observation {
  const [first, ...rest] = samples
  if (first === undefined) return null
  if ('value' in first) {
    const values = samples.map(sample => ('value' in sample ? sample.value : Number.NaN))
    return { value: values.reduce((a, b) => a + b, 0) / values.length }
  }
  return rest.reduce<Exclude<Sample, { value: number }>>(add, first)
}

function add(a: Exclude<Sample, { value: number }>, b: Sample): Exclude<Sample, { value: number }> {
  if ('total' in a && 'total' in b) return { bad: a.bad + b.bad, total: a.total + b.total }
  if ('events' in a && 'events' in b) return { events: a.events + b.events }
  if ('counts' in a && 'counts' in b && a.counts.length === b.counts.length)
    return { counts: a.counts.map((count, index) => count + b.counts[index]!) }
  throw new Error('the provider mixes kinds of samples')
}

function stateOf(sides: readonly Observation[]): MetricReading['state'] {
  if (sides.some(side => side !== null && 'error' in side)) return 'failed'
  return sides.some(side => side === null) ? 'empty' : 'ok'
}
