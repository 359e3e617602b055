import { z } from 'zod'
import type { MetricsConnectionOf } from '../../pipeline/schema/configuration/metrics.ts'
import { Invalid, Unavailable } from '../failures.ts'
import type { Secrets } from '../secrets/secrets.ts'
import { expressionOf, folded, numbersProvider } from './numbers.ts'
import { histogramCounts, histogramElement } from './prometheus-histogram.ts'
import type { MetricProvider, Query, Sample, Window } from './provider.ts'
import { excerpt, metricSource, parsed, refusal } from './source.ts'

/**
 * Instant queries at the end of the window; the expression brings its own range (`[${{ window }}]`), so that counter
 * resets and new instances are Prometheus's business (`increase`, `rate`). With a `step`, series are read as a range over
 * the window and averaged.
 *
 * No series is "no data", never zero: a counter that only exists after its first event needs `or vector(0)`. NaN (0/0)
 * is "no data" as well. Several series where one number is asked for are an error that says so.
 */
export function prometheusProvider(
  name: string,
  connection: MetricsConnectionOf<'prometheus'>,
  secrets: Secrets,
): MetricProvider {
  const source = metricSource(name, connection, secrets)
  const { who } = source

  async function ask(path: string, parameters: Readonly<Record<string, string>>, signal: AbortSignal) {
    const answer = await source.send({ path: `/api/v1/${path}`, form: parameters }, signal)
    const { data: told } = envelope.safeParse(lenient(answer.body))
    if (told?.status === 'success') return told.data
    if (told?.errorType === 'bad_data') throw new Invalid(`${who} refused the query: ${told.error}`)
    if (told?.status === 'error') throw new Unavailable(`${who} answered ${answer.status}: ${told.error}`)
    if (answer.status >= 400) throw refusal(who, answer)
    throw new Unavailable(`${who} answered something that is not Prometheus: ${excerpt(answer.body)}`)
  }

  /** Only samples of the window; versions that do not know `lookback_delta` look back five minutes. */
  const fresh = ({ from, to }: Window) => ({
    lookback_delta: `${to - from}ms`,
    timeout: `${connection.timeout}ms`,
  })

  async function vector(expression: string, window: Window, signal: AbortSignal): Promise<readonly Element[]> {
    const data = await ask('query', { query: expression, time: String(window.to / 1000), ...fresh(window) }, signal)
    const { data: result } = instant.safeParse(data)
    if (result?.resultType === 'vector') return result.result
    if (result?.resultType === 'scalar') return [{ metric: {}, value: result.result }]
    throw new Invalid(`${who}: ${expression} must give an instant vector or a scalar, and gives ${typeOf(data)}`)
  }

  async function alone(expression: string, window: Window, signal: AbortSignal): Promise<number | null> {
    const element = single(await vector(expression, window, signal), expression)
    if (element?.value === undefined && element !== null) throw new Invalid(`${who}: ${expression} gives a histogram`)
    return folded([Number(element?.value?.[1] ?? Number.NaN)], 'mean')
  }

  async function range(expression: string, window: Window, signal: AbortSignal): Promise<number | null> {
    const step = connection.step!
    // The window's first moment belongs to the window before it.
    const [start, end] = [window.from + step, window.to].map(at => String(at / 1000)) as [string, string]
    const parameters = { query: expression, start, end, step: String(step / 1000), ...fresh(window) }
    const { data: result } = matrix.safeParse(await ask('query_range', parameters, signal))
    if (result === undefined) throw new Invalid(`${who}: ${expression} gives no range of numbers`)
    const points = single(result.result, expression)?.values ?? []
    return folded(
      points.map(([, value]) => Number(value)),
      'mean',
    )
  }

  function single<T>(series: readonly T[], expression: string): T | null {
    if (series.length <= 1) return series[0] ?? null
    throw new Invalid(
      `${who}: ${expression} gives ${series.length} series; aggregate it to one, for example with sum(…)`,
    )
  }

  async function histogram(query: Query, window: Window, signal: AbortSignal): Promise<Sample[]> {
    const expression = expressionOf(query, 'query')
    const elements = await vector(expression, window, signal)
    const counts = histogramCounts(`${who}: ${expression}`, elements, query.bounds)
    return counts === null ? [] : [{ counts }]
  }

  return numbersProvider(
    who,
    {
      number: (expression, window, { fold, signal }) =>
        fold === 'mean' && connection.step !== undefined && window.to - window.from > connection.step
          ? range(expression, window, signal)
          : alone(expression, window, signal),
      histogram,
    },
    {
      language: { dialect: 'promql', labels: connection.labels },
      ping: async signal => {
        await ask('query', { query: '1' }, signal)
      },
    },
  )

  function lenient(body: string): unknown {
    try {
      return parsed(who, body)
    } catch {
      return null
    }
  }
}

const envelope = z.object({
  status: z.enum(['success', 'error']),
  data: z.unknown().optional(),
  error: z.string().optional(),
  errorType: z.string().optional(),
})

/** A value at a time, as text: it may be NaN or ±Inf. */
const value = z.tuple([z.number(), z.string()])
const labels = z.record(z.string(), z.string())

const element = z.object({ metric: labels, value: value.optional(), histogram: histogramElement.optional() })
const instant = z.union([
  z.object({ resultType: z.literal('vector'), result: z.array(element) }),
  z.object({ resultType: z.literal('scalar'), result: value }),
])
const matrix = z.object({
  resultType: z.literal('matrix'),
  result: z.array(z.object({ metric: labels, values: z.array(value).default([]) })),
})

export type Element = z.output<typeof element>

function typeOf(data: unknown): string {
  const { data: found } = z.object({ resultType: z.string() }).safeParse(data)
  return found === undefined ? 'something else' : `a ${found.resultType}`
}
