import { z } from 'zod'
import type { MetricsConnectionOf } from '../../pipeline/schema/configuration/metrics.ts'
import { Invalid, Unavailable } from '../failures.ts'
import type { Secrets } from '../secrets/secrets.ts'
import { folded, numbersProvider, only } from './numbers.ts'
import type { MetricProvider } from './provider.ts'
import { metricSource } from './source.ts'

/**
 * New Relic by NRQL over NerdGraph. A query gives one number, such as `SELECT count(*) FROM Transaction WHERE error IS
 * TRUE AND ${{ selector }}`; the window is added to it, so it must not have `SINCE` or `TIMESERIES` of its own.
 *
 * `count` of nothing is zero in NRQL, whether anybody reports or not: a share whose total is zero decides nothing.
 * Averages of nothing are null, which is "no data".
 */
export function newrelicProvider(
  name: string,
  connection: MetricsConnectionOf<'newrelic'>,
  secrets: Secrets,
): MetricProvider {
  const source = metricSource(name, connection, secrets)
  const { who } = source

  async function ask(nrql: string, signal: AbortSignal): Promise<Record<string, unknown>[]> {
    const credentials = { 'api-key': await secrets.resolve(connection.apiKey) }
    const json = { query: graphql, variables: { account: connection.account, nrql } }
    const { data: answer } = answered.safeParse(await source.ask({ path: '/graphql', json, credentials }, signal))
    if (answer === undefined) throw new Unavailable(`${who} answered something that is not New Relic's`)
    const [error] = answer.errors
    if (error !== undefined) {
      const Kind = mistakes.has(error.extensions?.errorClass ?? '') ? Invalid : Unavailable
      throw new Kind(`${who} refused the query: ${error.message}`)
    }
    return answer.data?.actor?.account?.nrql?.results ?? []
  }

  return numbersProvider(
    who,
    {
      async number(nrql, window, { fold, signal }) {
        const result = only(who, await ask(`${nrql} SINCE ${window.from} UNTIL ${window.to}`, signal), nrql)
        const values = Object.values(result ?? {})
        if (values.length > 1) throw new Invalid(`${who}: ${nrql} gives ${values.length} values; it must give one`)
        const [value] = values
        if (typeof value === 'number' || value === null || value === undefined) return folded([value ?? null], fold)
        throw new Invalid(`${who}: ${nrql} gives ${JSON.stringify(value)}, which is no number`)
      },
    },
    {
      language: { dialect: 'nrql', labels: connection.labels },
      ping: async signal => {
        await ask('SELECT 1 FROM Metric LIMIT 1', signal)
      },
    },
  )
}

/** Documented classes of errors that asking again does not mend. */
const mistakes = new Set(['BAD_USER_INPUT', 'NRDB_SYNTAX_ERROR', 'VALIDATION_ERROR', 'ACCESS_DENIED', 'UNAUTHORIZED'])

const graphql =
  'query ($account: Int!, $nrql: Nrql!) { actor { account(id: $account) { nrql(query: $nrql) { results } } } }'

const answered = z.object({
  data: z
    .object({
      actor: z
        .object({
          account: z
            .object({ nrql: z.object({ results: z.array(z.record(z.string(), z.unknown())) }).nullable() })
            .nullable(),
        })
        .nullable(),
    })
    .nullish(),
  errors: z
    .array(z.object({ message: z.string(), extensions: z.object({ errorClass: z.string().optional() }).optional() }))
    .default([]),
})
