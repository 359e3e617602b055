import { z } from 'zod'
import type { MetricsConnectionOf } from '../../pipeline/schema/configuration/metrics.ts'
import { Unavailable } from '../failures.ts'
import type { Secrets } from '../secrets/secrets.ts'
import { folded, numbersProvider, only } from './numbers.ts'
import type { MetricProvider } from './provider.ts'
import { metricSource } from './source.ts'

/**
 * Graphite's render API. A query is a target that gives one series, such as `sumSeries(stats.${{ cluster }}.errors)`; of
 * its points in the window those of events are added up (they must be events per point: `perSecond` is not), values are
 * averaged. A point belongs to the window in which it lies, the first second left out.
 *
 * No series, and a series of nulls, is "no data"; use `transformNull(…, 0)` where silence means zero.
 */
export function graphiteProvider(
  name: string,
  connection: MetricsConnectionOf<'graphite'>,
  secrets: Secrets,
): MetricProvider {
  const source = metricSource(name, connection, secrets)
  const { who } = source

  async function render(target: string, [from, until]: readonly [string, string], signal: AbortSignal) {
    const answer = await source.ask({ path: '/render', form: { target, from, until, format: 'json' } }, signal)
    const { data } = rendered.safeParse(answer)
    if (data !== undefined) return data
    throw new Unavailable(`${who} answered something that is not Graphite's`)
  }

  return numbersProvider(
    who,
    {
      async number(target, window, { fold, signal }) {
        const [from, until] = [window.from, window.to].map(at => Math.floor(at / 1_000)) as [number, number]
        const series = only(who, await render(target, [String(from), String(until)], signal), target)
        const inWindow = (series?.datapoints ?? []).filter(([, at]) => at > from && at <= until)
        return folded(
          inWindow.map(([value]) => value),
          fold,
        )
      },
    },
    {
      language: { dialect: 'graphite', labels: connection.labels },
      ping: async signal => {
        await render('constantLine(1)', ['-1min', 'now'], signal)
      },
    },
  )
}

const rendered = z.array(
  z.object({ target: z.string(), datapoints: z.array(z.tuple([z.number().nullable(), z.number()])) }),
)
