import { z } from 'zod'
import type { MetricsConnectionOf } from '../../pipeline/schema/configuration/metrics.ts'
import { Invalid, Unavailable } from '../failures.ts'
import type { Secrets } from '../secrets/secrets.ts'
import { folded, numbersProvider, only } from './numbers.ts'
import type { MetricProvider } from './provider.ts'
import { metricSource } from './source.ts'

/**
 * InfluxDB by InfluxQL. A query gives one series with one column besides the time, and names its window itself:
 * `SELECT sum("value") FROM "errors" WHERE ${{ selector }} AND time > ${{ from }} AND time <= ${{ to }}`.
 *
 * No series is "no data"; `count()` of nothing is no series in InfluxDB, so counts that may be zero need `fill(0)` or a
 * second query that exists.
 */
export function influxdbProvider(
  name: string,
  connection: MetricsConnectionOf<'influxdb'>,
  secrets: Secrets,
): MetricProvider {
  const source = metricSource(name, connection, secrets)
  const { who } = source

  async function ask(q: string, signal: AbortSignal) {
    const form = { db: connection.database, epoch: 'ms', q }
    const { data } = answers.safeParse(await source.ask({ path: '/query', form }, signal))
    const result = data?.results[0]
    if (result === undefined) throw new Unavailable(`${who} answered something that is not InfluxDB's`)
    if (result.error !== undefined) throw new Invalid(`${who} refused the query: ${result.error}`)
    return result.series
  }

  return numbersProvider(
    who,
    {
      async number(q, _window, { fold, signal }) {
        const series = only(who, await ask(q, signal), q)
        if (series === null) return null
        const value = series.columns.findIndex(column => column !== 'time')
        if (series.columns.filter(column => column !== 'time').length !== 1)
          throw new Invalid(
            `${who}: ${q} gives the columns ${series.columns.join(', ')}; it must give one besides time`,
          )
        return folded(
          series.values.map(row => numberOf(who, row[value])),
          fold,
        )
      },
    },
    {
      language: { dialect: 'influxql', labels: connection.labels },
      ping: async signal => {
        await ask('SHOW MEASUREMENTS LIMIT 1', signal)
      },
    },
  )
}

function numberOf(who: string, value: unknown): number | null {
  if (value === null || value === undefined || typeof value === 'number') return value ?? null
  throw new Invalid(`${who} gives ${JSON.stringify(value)}, which is no number`)
}

const series = z.object({ columns: z.array(z.string()), values: z.array(z.array(z.unknown())).default([]) })
const answers = z.object({
  results: z.array(z.object({ series: z.array(series).default([]), error: z.string().optional() })),
})
