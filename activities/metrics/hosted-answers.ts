import type { IncomingHttpHeaders } from 'node:http'
import { expect } from 'vitest'
import type { Sample, Window } from './provider.ts'

/** One request, as the server got it. */
export interface Told {
  method: string
  path: string
  query: Record<string, string>
  headers: IncomingHttpHeaders
  body: string
}

/** How a hosted system is asked, and what it answers, as documented. */
export interface Recorded {
  /** Where the shape of the answers is documented. */
  documented: string
  connection: object
  /** A query whose word the answer depends on. */
  query(word: string): string
  answer(told: Told, window: Window): { status: number; body: unknown }
  /** What `present` comes to. */
  present: Sample
  headers: Readonly<Record<string, unknown>>
}

const words = ['present-bad', 'present-total', 'zero', 'absent', 'nonsense', 'several', 'forbidden', 'busy'] as const
type Word = (typeof words)[number]

/** The word in a request; a ping has none. */
function wordIn(text: string): Word | null {
  return words.find(word => text.includes(word)) ?? null
}

const keys = { apiKey: { env: 'API' }, applicationKey: { env: 'APP' } }
const ok = (body: unknown) => ({ status: 200, body })

export const answers = {
  http: {
    documented: 'RFC 9535',
    connection: { type: 'http', auth: { bearer: { env: 'TOKEN' } }, headers: { 'x-tenant': 'shop' } },
    query: word => `/stats?what=${word} $.found[?@.name == "errors"].value`,
    present: { bad: 3, total: 120 },
    headers: { authorization: 'Bearer secret-TOKEN', 'x-tenant': 'shop' },
    answer({ query }) {
      const found = (...values: unknown[]) => ok({ found: values.map(value => ({ name: 'errors', value })) })
      switch (wordIn(query.what ?? '')) {
        case 'present-bad':
          return found(3)
        case 'present-total':
          return found('120')
        case 'zero':
          return found(0)
        case 'several':
          return found(1, 2)
        case 'nonsense':
          return found('many')
        case 'forbidden':
          return { status: 403, body: {} }
        case 'busy':
          return { status: 503, body: {} }
        default:
          return found()
      }
    },
  },
  graphite: {
    documented: 'graphite.readthedocs.io, "The Render URL API"',
    connection: { type: 'graphite', auth: { user: 'ci', password: { env: 'PASSWORD' } } },
    query: word => `sumSeries(shop.${word}.*)`,
    present: { bad: 3, total: 120 },
    headers: { authorization: `Basic ${Buffer.from('ci:secret-PASSWORD').toString('base64')}` },
    answer({ path, body }, { from, to }) {
      expect(path).toBe('/render')
      const form = Object.fromEntries(new URLSearchParams(body))
      const target = form.target ?? ''
      const word = wordIn(target)
      if (word !== null) expect(form).toMatchObject({ from: String(from / 1_000), until: String(to / 1_000) })
      const series = (...values: (number | null)[]) => ({
        target,
        // The point at `from` belongs to the window before.
        datapoints: [[1_000, from / 1_000], ...values.map((value, n) => [value, from / 1_000 + 10 * (n + 1)])],
        tags: { name: target },
      })
      switch (word) {
        case 'present-bad':
          return ok([series(1, null, 2)])
        case 'present-total':
          return ok([series(40, 40, 40)])
        case 'zero':
          return ok([series(0, 0)])
        case 'several':
          return ok([series(1), series(2)])
        case 'nonsense':
          return { status: 400, body: { errors: { target: 'Could not parse expression' } } }
        case 'forbidden':
          return { status: 401, body: {} }
        case 'busy':
          return { status: 504, body: {} }
        default:
          return ok([])
      }
    },
  },
  influxdb: {
    documented: 'docs.influxdata.com/influxdb/v1, "Querying data using the HTTP API"',
    connection: { type: 'influxdb', database: 'shop', auth: { user: 'ci', password: { env: 'PASSWORD' } } },
    query: word => `SELECT sum("value") FROM "${word}" WHERE time > 1 AND time <= 2`,
    present: { bad: 3, total: 120 },
    headers: { authorization: `Basic ${Buffer.from('ci:secret-PASSWORD').toString('base64')}` },
    answer({ path, body }) {
      expect(path).toBe('/query')
      const form = Object.fromEntries(new URLSearchParams(body))
      expect(form).toMatchObject({ db: 'shop', epoch: 'ms' })
      const series = (...values: number[]) => ({ name: 'm', columns: ['time', 'sum'], values: values.map(v => [1, v]) })
      const result = (...all: object[]) =>
        ok({ results: [{ statement_id: 0, ...(all.length > 0 ? { series: all } : {}) }] })
      switch (wordIn(form.q ?? '')) {
        case 'present-bad':
          return result(series(1, 2))
        case 'present-total':
          return result(series(120))
        case 'zero':
          return result(series(0))
        case 'several':
          return result(series(1), series(2))
        case 'nonsense':
          return ok({ results: [{ statement_id: 0, error: 'undefined function nonsense()' }] })
        case 'forbidden':
          return { status: 401, body: { error: 'authorization failed' } }
        case 'busy':
          return { status: 503, body: { error: 'timeout' } }
        default:
          return result()
      }
    },
  },
  datadog: {
    documented: 'docs.datadoghq.com/api/latest/metrics, "Query timeseries points"',
    connection: { type: 'datadog', ...keys },
    query: word => `sum:shop.${word}{service:checkout}.as_count()`,
    present: { bad: 3, total: 120 },
    headers: { 'dd-api-key': 'secret-API', 'dd-application-key': 'secret-APP' },
    answer({ path, query }, { from, to }) {
      if (path === '/api/v1/validate') return ok({ valid: true })
      expect(path).toBe('/api/v1/query')
      expect(query).toMatchObject({ from: String(from / 1_000), to: String(to / 1_000) })
      const series = (...values: (number | null)[]) => ({
        ...{ aggr: 'sum', interval: 20, scope: 'service:checkout', metric: 'shop.errors', display_name: 'shop.errors' },
        pointlist: [...values.map((value, n) => [from + 20_000 * n, value]), [to, 1_000]],
      })
      const answered = (...all: object[]) =>
        ok({ status: 'ok', res_type: 'time_series', query: query.query, series: all, message: '' })
      switch (wordIn(query.query ?? '')) {
        case 'present-bad':
          return answered(series(1, null, 2))
        case 'present-total':
          return answered(series(40, 40, 40))
        case 'zero':
          return answered(series(0))
        case 'several':
          return answered(series(1), series(2))
        case 'nonsense':
          return { status: 400, body: { errors: ['Error parsing query'] } }
        case 'forbidden':
          return { status: 403, body: { errors: ['Forbidden'] } }
        case 'busy':
          return { status: 429, body: { errors: ['Rate limit reached'] } }
        default:
          return answered()
      }
    },
  },
  newrelic: {
    documented: 'docs.newrelic.com, "NerdGraph tutorial: Query your data"',
    connection: { type: 'newrelic', account: 4711, apiKey: { env: 'API' } },
    query: word => `SELECT count(*) FROM Transaction WHERE name = '${word}'`,
    present: { bad: 3, total: 120 },
    headers: { 'api-key': 'secret-API' },
    answer({ path, body }, { from, to }) {
      expect(path).toBe('/graphql')
      const { variables } = JSON.parse(body)
      expect(variables.account).toBe(4711)
      const word = wordIn(variables.nrql)
      if (word !== null) expect(variables.nrql).toMatch(new RegExp(` SINCE ${from} UNTIL ${to}$`))
      const results = (...all: object[]) => ok({ data: { actor: { account: { nrql: { results: all } } } } })
      const failed = (message: string, errorClass: string) =>
        ok({ data: { actor: { account: { nrql: null } } }, errors: [{ message, extensions: { errorClass } }] })
      switch (word) {
        case 'present-bad':
          return results({ count: 3 })
        case 'present-total':
          return results({ count: 120 })
        case 'zero':
          return results({ count: 0 })
        case 'several':
          return results({ count: 1 }, { count: 2 })
        case 'nonsense':
          return failed("NRQL Syntax Error: Error at line 1 position 8, unexpected 'nonsense'", 'NRDB_SYNTAX_ERROR')
        case 'forbidden':
          return { status: 403, body: { errors: [{ message: 'Unknown or invalid API key' }] } }
        case 'busy':
          return failed('Query exceeded the time limit', 'TIMEOUT')
        case 'absent':
          return results({ 'average.duration': null })
        default:
          return results()
      }
    },
  },
  cloudwatch: {
    documented: 'docs.aws.amazon.com, "GetMetricData" (AWS JSON 1.0)',
    connection: {
      ...{ type: 'cloudwatch', region: 'eu-west-1', period: 10 },
      ...{ accessKeyId: { env: 'ID' }, secretAccessKey: { env: 'KEY' }, sessionToken: { env: 'SESSION' } },
    },
    query: word => `SELECT SUM(Errors) FROM "Shop" WHERE service = '${word}'`,
    present: { bad: 3, total: 120 },
    headers: {
      'x-amz-target': 'GraniteServiceVersion20100801.GetMetricData',
      'x-amz-security-token': 'secret-SESSION',
      authorization: expect.stringMatching(
        /^AWS4-HMAC-SHA256 Credential=secret-ID\/\d{8}\/eu-west-1\/monitoring\/aws4_request, SignedHeaders=.*host.*, Signature=[0-9a-f]{64}$/,
      ),
    },
    answer({ body }, { from }) {
      const [{ Expression: expression }] = JSON.parse(body).MetricDataQueries
      const result = (...values: number[]) => ({
        ...{ Id: 'q', Label: 'errors', StatusCode: 'Complete' },
        Timestamps: values.map((_, n) => from / 1_000 + 10 * n),
        Values: values,
      })
      const answered = (...all: object[]) => ok({ MetricDataResults: all, Messages: [] })
      const refused = (type: string, message: string) => ({ status: 400, body: { __type: type, message } })
      switch (wordIn(expression)) {
        case 'present-bad':
          return answered(result(1, 2))
        case 'present-total':
          return answered(result(40, 40, 40))
        case 'zero':
          return answered(result(0))
        case 'several':
          return answered(result(1), result(2))
        case 'nonsense':
          return refused('ValidationError', 'Error in expression "q": Unexpected token')
        case 'forbidden':
          return { status: 403, body: { __type: 'AccessDeniedException', message: 'not authorized' } }
        case 'busy':
          return answered({ ...result(), StatusCode: 'InternalError' })
        default:
          return answered(result())
      }
    },
  },
  atlas: {
    documented: 'netflix.github.io/atlas-docs, "Graph" and its output format std.json',
    connection: { type: 'atlas' },
    query: word => `name,${word},:eq,:sum`,
    present: { bad: 30, total: 120 },
    headers: {},
    answer({ path, query }, { from }) {
      expect(path).toBe('/api/v1/graph')
      expect(query.format).toBe('std.json')
      // Rates a second, every ten seconds; the point at `from` covers the time before.
      const graph = (...lines: (number | 'NaN')[][]) =>
        ok({
          ...{ start: from, step: 10_000, legend: lines.map((_, n) => `line ${n}`), metrics: lines.map(() => ({})) },
          values: [lines.map(() => 99), ...(lines[0] ?? []).map((_, n) => lines.map(line => line[n]))],
          notices: [],
        })
      switch (wordIn(query.q ?? '')) {
        case 'present-bad':
          return graph([1, 'NaN', 2])
        case 'present-total':
          return graph([4, 4, 4])
        case 'zero':
          return graph([0, 0])
        case 'several':
          return graph([1], [2])
        case 'nonsense':
          return { status: 400, body: { type: 'error', message: "unknown word ':nonsense'" } }
        case 'forbidden':
          return { status: 403, body: {} }
        case 'busy':
          return { status: 503, body: { type: 'error', message: 'too many requests in flight' } }
        default:
          return graph(['NaN', 'NaN'])
      }
    },
  },
} as const satisfies Record<string, Recorded>
