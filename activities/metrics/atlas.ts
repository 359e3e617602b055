import { z } from 'zod'
import type { MetricsConnectionOf } from '../../pipeline/schema/configuration/metrics.ts'
import { Unavailable } from '../failures.ts'
import type { Secrets } from '../secrets/secrets.ts'
import { folded, numbersProvider, only } from './numbers.ts'
import type { MetricProvider, Window } from './provider.ts'
import { metricSource } from './source.ts'

/**
 * Netflix Atlas's graph API as JSON. A query is a stack expression that gives one line, such as
 * `name,http.errors,:eq,${{ selector }},:and,:sum`. Atlas keeps counters as rates a second: for events each point is taken
 * times its step. The value at a time covers the step before it. NaN is "no data".
 */
export function atlasProvider(
  name: string,
  connection: MetricsConnectionOf<'atlas'>,
  secrets: Secrets,
): MetricProvider {
  const source = metricSource(name, connection, secrets)
  const { who } = source

  async function graph(q: string, { from, to }: Window, signal: AbortSignal) {
    const query = { q, s: String(from), e: String(to), format: 'std.json' }
    const { data } = answered.safeParse(await source.ask({ path: '/api/v1/graph', query }, signal))
    if (data !== undefined) return data
    throw new Unavailable(`${who} answered something that is not Atlas's`)
  }

  return numbersProvider(
    who,
    {
      async number(q, window, { fold, signal }) {
        const { start, step, values, legend } = await graph(q, window, signal)
        if (only(who, legend, q) === null) return null
        const points = values.flatMap(([value], index) => {
          const at = start + index * step
          return at > window.from && at <= window.to ? [value === 'NaN' ? null : (value ?? null)] : []
        })
        const scale = fold === 'sum' ? step / 1_000 : 1
        const number = folded(points, fold)
        return number === null ? null : number * scale
      },
    },
    {
      language: { dialect: 'atlas', labels: connection.labels },
      ping: async signal => {
        const to = Date.now()
        await graph('1', { from: to - 60_000, to }, signal)
      },
    },
  )
}

const answered = z.object({
  start: z.number(),
  step: z.number(),
  legend: z.array(z.string()),
  values: z.array(z.array(z.union([z.number(), z.literal('NaN'), z.null()]))),
})
