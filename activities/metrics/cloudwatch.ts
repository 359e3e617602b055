import aws4 from 'aws4'
import { z } from 'zod'
import type { MetricsConnectionOf } from '../../pipeline/schema/configuration/metrics.ts'
import { Invalid, Unavailable } from '../failures.ts'
import type { Secrets } from '../secrets/secrets.ts'
import { folded, numbersProvider, only } from './numbers.ts'
import type { MetricProvider, Window } from './provider.ts'
import { metricSource } from './source.ts'

/**
 * Amazon CloudWatch's GetMetricData over its JSON protocol, signed (SigV4). A query is Metrics Insights or metric maths
 * that gives one series, such as `SELECT SUM(Errors) FROM "Shop" WHERE ${{ selector }}`. Its points that begin in the
 * window are added up, values are averaged; each covers `period` seconds, which an interval should be a multiple of.
 *
 * No points is "no data"; `FILL(…, 0)` says where silence means zero. Points come late: give the analysis a `delay`.
 */
export function cloudwatchProvider(
  name: string,
  connection: MetricsConnectionOf<'cloudwatch'>,
  secrets: Secrets,
): MetricProvider {
  const source = metricSource(name, connection, secrets)
  const { who } = source

  async function results(expression: string, { from, to }: Window, signal: AbortSignal) {
    const body = JSON.stringify({
      StartTime: from / 1_000,
      EndTime: to / 1_000,
      ScanBy: 'TimestampAscending',
      MetricDataQueries: [{ Id: 'q', Expression: expression, Period: connection.period }],
    })
    const answer = await source.ask({ path: '/', body, headers: await signed(body) }, signal)
    const { data } = answered.safeParse(answer)
    if (data === undefined) throw new Unavailable(`${who} answered something that is not CloudWatch's`)
    const failed = data.MetricDataResults.find(({ StatusCode }) => StatusCode !== 'Complete')
    if (failed === undefined) return data.MetricDataResults
    const reason = [...(failed.Messages ?? []), ...(data.Messages ?? [])].map(({ Value }) => Value).join('; ')
    const Kind = failed.StatusCode === 'Forbidden' ? Invalid : Unavailable
    throw new Kind(`${who} answered ${failed.StatusCode}${reason === '' ? '' : `: ${reason}`}`)
  }

  async function signed(body: string): Promise<Record<string, string>> {
    const { region, accessKeyId, secretAccessKey, sessionToken } = connection
    const token = sessionToken === undefined ? {} : { sessionToken: await secrets.resolve(sessionToken) }
    const credentials = {
      accessKeyId: await secrets.resolve(accessKeyId),
      secretAccessKey: await secrets.resolve(secretAccessKey),
      ...token,
    }
    const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `${service}.GetMetricData` }
    const request = { host: new URL(connection.url).host, path: '/', method: 'POST', headers, body }
    const { headers: all } = aws4.sign({ ...request, service: 'monitoring', region }, credentials)
    return Object.fromEntries(
      Object.entries(all ?? {})
        .filter(([name]) => !['host', 'content-length'].includes(name.toLowerCase()))
        .map(([name, value]) => [name.toLowerCase(), String(value)]),
    )
  }

  return numbersProvider(
    who,
    {
      async number(expression, window, { fold, signal }) {
        const found = only(who, await results(expression, window, signal), expression)
        const points = (found?.Values ?? []).filter((_, index) => {
          const at = (found?.Timestamps[index] ?? 0) * 1_000
          return at >= window.from && at < window.to
        })
        return folded(points, fold)
      },
    },
    {
      language: { dialect: 'cloudwatch', labels: connection.labels },
      ping: async signal => {
        const to = Math.floor(Date.now() / 60_000) * 60_000
        await results('TIME_SERIES(1)', { from: to - 60_000, to }, signal)
      },
    },
  )
}

const service = 'GraniteServiceVersion20100801'

const message = z.object({ Code: z.string().optional(), Value: z.string() })
const answered = z.object({
  MetricDataResults: z.array(
    z.object({
      StatusCode: z.string(),
      Timestamps: z.array(z.number()).default([]),
      Values: z.array(z.number()).default([]),
      Messages: z.array(message).nullish(),
    }),
  ),
  Messages: z.array(message).nullish(),
})
