import { z } from 'zod'
import type { MetricsConnectionOf } from '../../pipeline/schema/configuration/metrics.ts'
import { Invalid, Unavailable } from '../failures.ts'
import type { Secrets } from '../secrets/secrets.ts'
import { folded, numbersProvider, only } from './numbers.ts'
import type { MetricProvider, Window } from './provider.ts'
import { metricSource } from './source.ts'

/**
 * Datadog's timeseries query (`GET /api/v1/query`). A query gives one series of events per point, such as
 * `sum:shop.errors{${{ selector }}}.as_count()`; `as_rate()` is not. Its points in the window are added up, values are
 * averaged. No series, and a series of nulls, is "no data"; `default_zero(…)` says where silence means zero.
 */
export function datadogProvider(
  name: string,
  connection: MetricsConnectionOf<'datadog'>,
  secrets: Secrets,
): MetricProvider {
  const source = metricSource(name, connection, secrets)
  const { who } = source

  async function ask(path: string, query: Readonly<Record<string, string>>, signal: AbortSignal): Promise<unknown> {
    const [apiKey, applicationKey] = await Promise.all([
      secrets.resolve(connection.apiKey),
      secrets.resolve(connection.applicationKey),
    ])
    const headers = { 'dd-api-key': apiKey, 'dd-application-key': applicationKey }
    return source.ask({ path, query, credentials: headers }, signal)
  }

  async function series(query: string, { from, to }: Window, signal: AbortSignal) {
    const seconds = (at: number) => String(Math.floor(at / 1_000))
    const answer = await ask('/api/v1/query', { query, from: seconds(from), to: seconds(to) }, signal)
    const { data } = answered.safeParse(answer)
    if (data === undefined) throw new Unavailable(`${who} answered something that is not Datadog's`)
    if (data.status !== 'ok') throw new Invalid(`${who} refused the query: ${data.error ?? data.status}`)
    return data.series
  }

  return numbersProvider(
    who,
    {
      async number(query, window, { fold, signal }) {
        const found = only(who, await series(query, window, signal), query)
        const points = (found?.pointlist ?? []).filter(([at]) => at >= window.from && at < window.to)
        return folded(
          points.map(([, value]) => value),
          fold,
        )
      },
    },
    {
      language: { dialect: 'datadog', labels: connection.labels },
      ping: async signal => {
        await ask('/api/v1/validate', {}, signal)
      },
    },
  )
}

const answered = z.object({
  status: z.string(),
  error: z.string().optional(),
  series: z.array(z.object({ pointlist: z.array(z.tuple([z.number(), z.number().nullable()])) })).default([]),
})
