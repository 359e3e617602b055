import { type JSONValue, query as select } from 'json-p3'
import type { MetricsConnectionOf } from '../../pipeline/schema/configuration/metrics.ts'
import { Invalid } from '../failures.ts'
import type { Secrets } from '../secrets/secrets.ts'
import { expressionOf, numbersProvider } from './numbers.ts'
import type { MetricProvider } from './provider.ts'
import { metricSource } from './source.ts'

/**
 * Any service that answers with JSON. A query is a path below the base address and, after a space, a JSONPath
 * (RFC 9535): `/stats?cluster=${{ cluster }}&from=${{ from }}&to=${{ to }} $.errors`. Times are epoch milliseconds.
 *
 * The path must lead to one number. Nothing, or null, is "no data"; anything else is an error that says so.
 */
export function httpProvider(name: string, connection: MetricsConnectionOf<'http'>, secrets: Secrets): MetricProvider {
  const source = metricSource(name, connection, secrets)
  const { who } = source

  async function values(expression: string, signal: AbortSignal): Promise<unknown[]> {
    const [, path, selector] = /^(\/\S*)\s+(\$.*)$/s.exec(expression.trim()) ?? []
    if (path === undefined || selector === undefined)
      throw new Invalid(`${who}: a query is a path and, after a space, a JSONPath, not ${expression}`)
    const answer = (await source.ask({ path }, signal)) as JSONValue
    try {
      return select(selector, answer).values()
    } catch (error) {
      throw new Invalid(`${who}: ${selector} is no JSONPath (${error instanceof Error ? error.message : error})`)
    }
  }

  return numbersProvider(
    who,
    {
      async number(expression, _window, { signal }) {
        const found = await values(expression, signal)
        if (found.length > 1) throw new Invalid(`${who}: ${expression} finds ${found.length} values; it must find one`)
        return numberOf(`${who}: ${expression}`, found[0])
      },
      async histogram(query, _window, signal) {
        const expression = expressionOf(query, 'query')
        const found = await values(expression, signal)
        const all = found.length === 1 && Array.isArray(found[0]) ? (found[0] as unknown[]) : found
        const counts = all.map(value => numberOf(`${who}: ${expression}`, value))
        if (counts.length === 0 || counts.includes(null)) return []
        const expected = query.bounds?.length
        if (expected !== undefined && counts.length !== expected + 1)
          throw new Invalid(
            `${who}: ${expression} finds ${counts.length} buckets; ${expected} bounds make ${expected + 1}`,
          )
        return [{ counts: counts as number[] }]
      },
    },
    {
      language: { dialect: 'url', labels: connection.labels },
      ping: async signal => {
        await source.send({ path: '/' }, signal)
      },
    },
  )
}

/** Numbers that are written as text are taken, too: many systems keep them from being rounded that way. */
function numberOf(what: string, value: unknown): number | null {
  if (value === undefined || value === null) return null
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  if (typeof number === 'number' && Number.isFinite(number)) return number
  throw new Invalid(`${what} finds ${JSON.stringify(value).slice(0, 60)}, which is no number`)
}
