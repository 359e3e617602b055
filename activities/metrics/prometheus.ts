import type { MetricKind } from '../../pipeline/canary/judge.ts'
import { Invalid, Unavailable } from '../failures.ts'
import type { MetricProvider, Query, Sample } from './provider.ts'

export interface PrometheusOptions {
  /** Name of the connection, for messages. */
  name: string
  /** Base address, e.g. `http://prometheus:9090`. */
  url: string
  /** Sent with every request: authorisation, tenant. */
  headers?: Readonly<Record<string, string>>
  /** Milliseconds one query may take. */
  timeout: number
  fetch?: typeof fetch
}

/** An element of an instant vector: value at a time, as text (it may be NaN or ±Inf). */
interface Element {
  metric: Readonly<Record<string, string>>
  value: readonly [number, string]
}

/**
 * Instant queries at the end of the window; the expression brings its own range (`[${{ window }}]`), so that counter
 * resets and new instances are Prometheus's business (`increase`, `rate`).
 *
 * No series is "no data", never zero: a counter that only exists after its first event needs `or vector(0)`. NaN (0/0)
 * is "no data" as well. Several series where one number is asked for are an error that says so.
 */
export function prometheusProvider(options: PrometheusOptions): MetricProvider {
  const request = options.fetch ?? fetch
  const who = `metric provider ${options.name}`

  async function ask(
    path: string,
    parameters: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<unknown> {
    const response = await request(`${options.url.replace(/\/$/, '')}/api/v1/${path}`, {
      method: 'POST',
      headers: { ...options.headers, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(parameters).toString(),
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(options.timeout)]),
    }).catch(error => {
      const reason = error.cause?.message ?? error.message
      throw new Unavailable(`${who} cannot be reached (${reason}); check that Prometheus runs at ${options.url}`)
    })
    const text = await response.text().catch(error => {
      throw new Unavailable(`${who} broke off its answer (${error.message})`)
    })
    const answer = parse(text)
    if (answer?.status === 'success') return answer.data
    const reason = answer?.error ?? text.slice(0, 200)
    if (answer?.errorType === 'bad_data') throw new Invalid(`${who} refused the query: ${reason}`)
    throw new Unavailable(`${who} answered ${response.status}: ${reason}`)
  }

  async function vector(expression: string, at: number, signal: AbortSignal): Promise<readonly Element[]> {
    const parameters = { query: expression, time: String(at / 1000), timeout: `${options.timeout}ms` }
    const data = (await ask('query', parameters, signal)) as { resultType?: string; result?: unknown }
    if (data?.resultType === 'vector') return data.result as Element[]
    if (data?.resultType === 'scalar') return [{ metric: {}, value: data.result as [number, string] }]
    throw new Invalid(
      `${who}: ${expression} gives a ${data?.resultType}; a query must give an instant vector or a scalar`,
    )
  }

  async function number(expression: string, at: number, signal: AbortSignal): Promise<number | null> {
    const elements = await vector(expression, at, signal)
    if (elements.length > 1)
      throw new Invalid(
        `${who}: ${expression} gives ${elements.length} series; aggregate it to one, for example with sum(…)`,
      )
    const value = Number(elements[0]?.value[1] ?? Number.NaN)
    return Number.isFinite(value) ? value : null
  }

  /** Bucket counts from cumulative `le` buckets, overflow last. */
  async function buckets(expression: string, at: number, signal: AbortSignal): Promise<Sample[]> {
    const elements = await vector(expression, at, signal)
    if (elements.length === 0) return []
    const cumulative = elements
      .map(({ metric, value }) => ({ bound: le(expression, metric), count: Number(value[1]) }))
      .sort((a, b) => a.bound - b.bound)
    if (cumulative.at(-1)?.bound !== Number.POSITIVE_INFINITY)
      throw new Invalid(`${who}: ${expression} has no bucket le="+Inf"; sum by (le) over the _bucket series`)
    if (cumulative.some(({ count }) => !Number.isFinite(count))) return []
    return [{ counts: cumulative.map(({ count }, n) => Math.max(0, count - (cumulative[n - 1]?.count ?? 0))) }]
  }

  function le(expression: string, metric: Readonly<Record<string, string>>): number {
    const bound = metric.le === '+Inf' ? Number.POSITIVE_INFINITY : Number(metric.le)
    if (metric.le === undefined || Number.isNaN(bound) || Object.keys(metric).length > 1)
      throw new Invalid(`${who}: ${expression} must give buckets by le alone; sum by (le) over the _bucket series`)
    return bound
  }

  const read: Record<MetricKind, (query: Query, at: number, signal: AbortSignal) => Promise<Sample[]>> = {
    proportion: async (query, at, signal) => {
      const [bad, total] = await Promise.all([
        number(expressionOf(query, 'bad'), at, signal),
        number(expressionOf(query, 'total'), at, signal),
      ])
      return bad === null || total === null ? [] : [{ bad, total }]
    },
    count: async (query, at, signal) => {
      const events = await number(expressionOf(query, 'query'), at, signal)
      return events === null ? [] : [{ events }]
    },
    series: async (query, at, signal) => {
      const value = await number(expressionOf(query, 'query'), at, signal)
      return value === null ? [] : [{ value }]
    },
    histogram: (query, at, signal) => buckets(expressionOf(query, 'query'), at, signal),
  }

  return {
    query: (query, window, signal) => read[query.kind](query, window.to, signal),
    describe: (query, window) =>
      `${Object.values(query.expressions).join(' / ')} @ ${new Date(window.to).toISOString()}`,
    ping: async signal => {
      await ask('query', { query: '1' }, signal)
    },
  }
}

function expressionOf(query: Query, purpose: string): string {
  const expression = query.expressions[purpose]
  if (expression === undefined) throw new Invalid(`metric ${query.metric} has no ${purpose} query`)
  return expression
}

function parse(text: string): { status?: string; data?: unknown; error?: string; errorType?: string } | null {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
