import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { prometheusProvider } from '../../activities/metrics/prometheus.ts'
import type { Query } from '../../activities/metrics/provider.ts'
import { freePort } from '../../activities/processes/ports.ts'
import { localSecrets } from '../../activities/secrets/secrets.ts'
import type { MetricKind } from '../../pipeline/canary/judge.ts'
import { type MetricPresetName, metricPresets, presetQueries } from '../../pipeline/metric-presets.ts'
import { type MetricsConnectionOf, metricsConnection } from '../../pipeline/schema/configuration/metrics.ts'
import { component, whyMissing } from '../components.ts'
import { nativeHistogram, nativeHistogramType } from '../native-histogram.ts'
import { type Prometheus, startPrometheus } from '../prometheus.ts'

const binary = component('prometheus')

function prometheusAt(url: string, change: object = {}) {
  const connection = metricsConnection.parse({
    type: 'prometheus',
    url,
    addresses: ['127.0.0.1/32'],
    timeout: '5s',
    ...change,
  })
  return prometheusProvider('prom', connection as MetricsConnectionOf<'prometheus'>, localSecrets())
}

const signal = AbortSignal.timeout(60_000)

describe.skipIf(binary === null)(
  `metrics from a real Prometheus${binary === null ? ` (${whyMissing('prometheus')})` : ''}`,
  () => {
    let exporter: Server
    let nativeExporter: Server
    let prometheus: Prometheus
    const registry = new Registry()
    let rounds = 0
    const orders = new Counter({
      name: 'orders_total',
      help: 'orders',
      labelNames: ['cluster', 'outcome'],
      registers: [registry],
    })
    const restarted = new Counter({ name: 'restarted_total', help: 'begins anew', registers: [registry] })
    const leaving = new Gauge({ name: 'leaving', help: 'is not told for long', registers: [registry] })
    const latency = new Histogram({
      name: 'latency_seconds',
      help: 'latency',
      buckets: [0.1, 0.5],
      registers: [registry],
    })

    beforeAll(async () => {
      for (const cluster of ['canary', 'baseline'])
        for (const outcome of ['good', 'failed']) orders.inc({ cluster, outcome }, 0)
      exporter = createServer(async (_request, response) =>
        response.end(`${await registry.metrics()}${presetSeries(rounds)}`),
      ).listen(0, '127.0.0.1')
      await new Promise(resolve => exporter.once('listening', resolve))
      nativeExporter = createServer((_request, response) => {
        response.setHeader('content-type', nativeHistogramType)
        response.end(nativeHistogram('native_seconds', { lowest: -1, counts: [4 * rounds, 3 * rounds, rounds] }))
      }).listen(0, '127.0.0.1')
      await new Promise(resolve => nativeExporter.once('listening', resolve))
      const targets = [exporter, nativeExporter].map(one => `127.0.0.1:${(one.address() as AddressInfo).port}`)
      prometheus = await startPrometheus(binary as string, targets, { features: ['native-histograms'] })
      await until(async () => (await ask('series', { query: 'count(orders_total)' })).length > 0)
      for (let n = 0; n < 8; n += 1) {
        rounds += 1
        if (n === 4) restarted.reset()
        restarted.inc(10)
        if (n === 4) registry.removeSingleMetric('leaving')
        leaving.set(n)
        orders.inc({ cluster: 'canary', outcome: 'good' }, 90)
        orders.inc({ cluster: 'canary', outcome: 'failed' }, 10)
        for (const seconds of [0.05, 0.05, 0.2, 0.9]) latency.observe(seconds)
        await sleep(1_000)
      }
    })

    afterAll(async () => {
      await prometheus?.stop()
      exporter?.close()
      nativeExporter?.close()
    })

    const provider = (change: object = {}) => prometheusAt(prometheus.url, change)
    const ask = (
      kind: MetricKind,
      expressions: Query['expressions'],
      { window = 10_000, step = {}, bounds = {} } = {},
    ) =>
      provider(step).query(
        {
          ...{ metric: 'm', kind, selector: { target: 't', service: 's', role: 'canary', version: '1' }, expressions },
          ...bounds,
        },
        { from: Date.now() - window, to: Date.now() },
        signal,
      )

    test('a proportion is the increase of both counters in the window', async () => {
      const [sample] = await ask('proportion', {
        bad: 'sum(increase(orders_total{cluster="canary",outcome="failed"}[8s]))',
        total: 'sum(increase(orders_total{cluster="canary"}[8s]))',
      })
      expect(sample).toHaveProperty('total')
      const { bad, total } = sample as { bad: number; total: number }
      expect(total).toBeGreaterThan(300)
      expect(bad / total).toBeCloseTo(0.1, 6)
    })

    test.each(Object.keys(metricPresets) as MetricPresetName[])(
      'preset %s counts what its system tells',
      async name => {
        const { errors, slow } = presetQueries(metricPresets[name], 500)
        const filled = (query: string) =>
          query.replaceAll('${{ selector }}', 'app="canary"').replaceAll('${{ window }}', '8s')
        const share = async ({ bad, total }: { bad: string; total: string }) => {
          const [sample] = await ask('proportion', { bad: filled(bad), total: filled(total) })
          const counted = sample as { bad: number; total: number }
          expect(counted.total).toBeGreaterThan(300)
          return counted.bad / counted.total
        }
        expect(await share(errors)).toBeCloseTo(0.1, 6)
        expect(await share(slow)).toBeCloseTo(0.25, 6)
      },
    )

    test('a counter that stood still is zero', async () => {
      expect(await ask('count', { query: 'sum(increase(orders_total{cluster="baseline"}[8s]))' })).toEqual([
        { events: 0 },
      ])
    })

    test('a counter that begins anew has risen all the same', async () => {
      const [sample] = await ask('count', { query: 'sum(increase(restarted_total[8s]))' })
      // From 10 to 40 twice; the difference of its ends would be 30 at most.
      expect((sample as { events: number }).events).toBeGreaterThan(45)
    })

    test('a series that has left is no data, although it was there a moment ago', async () => {
      expect(await ask('series', { query: 'leaving' })).toEqual([])
      const [before] = await ask('series', { query: 'max_over_time(leaving[10s])' })
      expect(before).toEqual({ value: 3 })
    })

    test('a series that does not exist is no data, not zero', async () => {
      expect(await ask('count', { query: 'sum(increase(nothing_total[8s]))' })).toEqual([])
      expect(await ask('proportion', { bad: 'sum(nothing_total)', total: 'sum(orders_total)' })).toEqual([])
    })

    test('NaN is no data', async () => {
      expect(await ask('series', { query: '0 / vector(0)' })).toEqual([])
    })

    test('a histogram comes as counts per bucket, the overflow last', async () => {
      const [sample] = await ask('histogram', { query: 'sum by (le) (latency_seconds_bucket)' })
      expect(sample).toEqual({ counts: [16, 8, 8] })
    })

    test('a histogram of the bounds that are judged, which must all be there', async () => {
      const query = { query: 'sum by (le) (latency_seconds_bucket)' }
      expect(await ask('histogram', query, { bounds: { bounds: [0.5] } })).toEqual([{ counts: [24, 8] }])
      await expect(ask('histogram', query, { bounds: { bounds: [0.2] } })).rejects.toThrow(
        /no bucket le="0.2"; it has 0.1, 0.5/,
      )
    })

    test('a native histogram comes as counts of the bounds that are judged, also where they cut a bucket', async () => {
      const query = { query: 'sum(increase(native_seconds[8s]))' }
      const shares = async (bounds: number[]) => {
        const [sample] = await ask('histogram', query, { bounds: { bounds } })
        const { counts } = sample as { counts: number[] }
        const all = counts.reduce((sum, count) => sum + count, 0)
        expect(all).toBeGreaterThan(30)
        return counts.map(count => count / all)
      }
      const [quick, slower, slowest] = (await shares([0.5, 1])) as [number, number, number]
      expect([quick, slower, slowest].map(share => Math.round(share * 1_000))).toEqual([500, 375, 125])
      // A quarter of the bucket from 1 to 2 is below 1.25.
      const [below] = (await shares([1.25])) as [number]
      expect(below).toBeCloseTo(0.875 + 0.125 / 4, 6)
      await expect(ask('histogram', query)).rejects.toThrow(/native histogram, which needs the metric's bounds/)
    })

    test('a server of many tenants is told which one, and says so when it is not', async () => {
      const tenants: (string | undefined)[] = []
      // As Mimir and Cortex ask for it; what answers is Prometheus.
      const front = createServer(async (request, response) => {
        const tenant = request.headers['x-scope-orgid'] as string | undefined
        tenants.push(tenant)
        if (tenant === undefined) return void response.writeHead(401).end('no org id')
        const body = (await request.toArray()).join('')
        const type = request.headers['content-type']!
        const answer = await fetch(`${prometheus.url}${request.url}`, {
          method: 'POST',
          headers: { 'content-type': type },
          body,
        })
        response.writeHead(answer.status).end(await answer.text())
      }).listen(0, '127.0.0.1')
      await new Promise(resolve => front.once('listening', resolve))
      const url = `http://127.0.0.1:${(front.address() as AddressInfo).port}`
      const known = prometheusAt(url, { headers: { 'x-scope-orgid': 'team-a' } })
      const selector = { target: 't', service: 's', role: 'canary', version: '1' } as const
      const query = { metric: 'm', kind: 'series', selector, expressions: { query: 'max(up)' } } as const
      const window = { from: Date.now() - 10_000, to: Date.now() }
      expect(await known.query(query, window, signal)).toEqual([{ value: 1 }])
      await expect(prometheusAt(url).query(query, window, signal)).rejects.toThrow(/refused the credentials.*no org id/)
      expect(tenants).toEqual(['team-a', undefined])
      front.close()
    })

    test('a series may be read as a range and averaged', async () => {
      const query = { query: 'time()' }
      const [whole] = await ask('series', query, { step: { step: '1s' } })
      const [instant] = await ask('series', query)
      const [average, newest] = [whole, instant].map(sample => (sample as { value: number }).value) as [number, number]
      expect(newest - average).toBeGreaterThan(3)
      expect(newest - average).toBeLessThan(10)
    })

    test('a target that is not scraped any more is no data', async () => {
      expect(await ask('series', { query: 'up offset 1h' })).toEqual([])
      const [fresh] = await ask('series', { query: 'max(up)' })
      expect(fresh).toEqual({ value: 1 })
    })

    test('several series where one number is needed are refused with what to do', async () => {
      await expect(ask('series', { query: 'orders_total' })).rejects.toThrow(/gives 4 series; aggregate it to one/)
    })

    test('a query that Prometheus cannot read fails at once, with its words', async () => {
      await expect(ask('series', { query: 'sum(' })).rejects.toThrow(/refused the query: .*parse error/)
    })

    test('a Prometheus that is away is a failure, never an empty answer', async () => {
      const away = prometheusAt(`http://127.0.0.1:${await freePort()}`)
      await expect(away.ping(signal)).rejects.toThrow(/prom cannot be reached/)
    })

    async function until(holds: () => Promise<boolean>): Promise<void> {
      for (let tries = 0; tries < 100; tries += 1) {
        if (await holds()) return
        await sleep(100)
      }
      throw new Error('Prometheus has scraped nothing')
    }
  },
)

/**
 * What each system's own metrics look like after so many rounds of 100 requests, of which 10 failed and 25 took longer than
 * half a second; and beside them what is not to be counted.
 */
function presetSeries(rounds: number): string {
  const outcomes: Record<MetricPresetName, { name: string; good: string; failed: string; other?: string }> = {
    istio: {
      name: 'istio_requests_total',
      good: 'reporter="destination",response_code="200"',
      failed: 'reporter="destination",response_code="503"',
      other: 'reporter="source",response_code="503"',
    },
    envoy: {
      name: 'envoy_cluster_upstream_rq_xx',
      good: 'envoy_response_code_class="2"',
      failed: 'envoy_response_code_class="5"',
    },
    nginx: { name: 'nginx_ingress_controller_requests', good: 'status="200"', failed: 'status="502"' },
    traefik: { name: 'traefik_service_requests_total', good: 'code="200"', failed: 'code="500"' },
    linkerd: {
      name: 'response_total',
      good: 'direction="inbound",classification="success"',
      failed: 'direction="inbound",classification="failure"',
      other: 'direction="outbound",classification="failure"',
    },
    'spring-boot': {
      name: 'http_server_requests_seconds_count',
      good: 'outcome="SUCCESS"',
      failed: 'outcome="SERVER_ERROR"',
    },
    opentelemetry: {
      name: 'http_server_request_duration_seconds_count',
      good: 'http_response_status_code="200"',
      failed: 'http_response_status_code="500"',
    },
    node: { name: 'http_request_duration_seconds_count', good: 'status_code="200"', failed: 'status_code="500"' },
  }
  return Object.entries(outcomes)
    .flatMap(([preset, { name, good, failed, other }]) => {
      const { latency } = metricPresets[preset as MetricPresetName]
      const bound = latency.unit === 'ms' ? '500' : '0.5'
      const line = (series: string, labels: string, each: number) =>
        `${series}{app="canary",${labels}} ${each * rounds}`
      const counted = name === `${latency.name}_count` ? [] : [line(`${latency.name}_count`, latency.matchers, 100)]
      return [
        line(name, good, 90),
        line(name, failed, 10),
        ...(other === undefined ? [] : [line(name, other, 1_000)]),
        ...counted,
        line(`${latency.name}_bucket`, `${latency.matchers}le="${bound}"`, 75),
        line(`${latency.name}_bucket`, `${latency.matchers}le="+Inf"`, 100),
      ]
    })
    .map(text => `${text}\n`)
    .join('')
}
