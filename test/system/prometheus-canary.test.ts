import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Load, startLoad } from '../../setup/load.ts'
import { type Server, startServer } from '../../setup/server.ts'
import { component, whyMissing } from '../components.ts'
import { type Prometheus, startPrometheus } from '../prometheus.ts'

const binary = component('prometheus')
const fixture = join(import.meta.dirname, '../fixtures/measured')

/** Services that are judged by what they measure of themselves. */
const measured = ['good', 'bad', 'outlasting', 'cut-off'] as const

const noData = /^canary: insufficient: odd: the baseline has no data; it was rolled back$/

/** What Prometheus may make of a metric, and what a canary that hangs on it is told. */
const odd = {
  nan: { query: 'max(odd_nan)', status: 'rolled-back', words: noData },
  empty: { query: 'max(odd_nobody_measures)', status: 'rolled-back', words: noData },
  late: { query: 'sum(increase(odd_late_total[${{ window }}]))', status: 'rolled-back', words: noData },
  doubled: {
    query: 'odd_doubled',
    status: 'errored',
    words: /^canary: odd could not be read: metric provider prom: odd_doubled gives 2 series; aggregate it to one/,
  },
} as const
type Odd = keyof typeof odd

describe.skipIf(binary === null)(
  `a canary judged by a real Prometheus${binary === null ? ` (${whyMissing('prometheus')})` : ''}`,
  () => {
    const data = mkdtempSync(join(tmpdir(), 'slipway-measured-'))
    // Releases do not see the data folder.
    const discovery = mkdtempSync(join(tmpdir(), 'slipway-discovery-'))
    const exporter = createServer((_, response) => response.end(oddMetrics()))
    let prometheus: Prometheus
    let server: Server
    const loads: Load[] = []

    beforeAll(async () => {
      await new Promise<void>(resolve => exporter.listen(0, '127.0.0.1', resolve))
      const { port } = exporter.address() as AddressInfo
      prometheus = await startPrometheus(binary as string, [`127.0.0.1:${port}`], { discovery })
      const service = { directory: fixture, health: '/healthz' }
      const names = [...measured, ...Object.keys(odd)]
      const services = Object.fromEntries(names.map(name => [name, service]))
      const prom = { type: 'prometheus', url: prometheus.url, addresses: ['127.0.0.1/32'] }
      const configuration = {
        targets: { local: { type: 'process', environment: 'test', services } },
        metrics: { prom: { ...prom, labels: { cluster: 'app_cluster' } } },
        pipelines: [{ directory: 'pipelines' }],
      }
      mkdirSync(join(data, 'pipelines'))
      const text = readFileSync(join(fixture, 'pipelines/measured.yaml'), 'utf8')
      for (const name of measured) {
        const own = text.replace('name: measured', `name: ${name}`).replace('service: measured', `service: ${name}`)
        writeFileSync(join(data, `pipelines/${name}.yaml`), timed(name, own))
      }
      for (const name of Object.keys(odd) as Odd[])
        writeFileSync(join(data, `pipelines/${name}.yaml`), JSON.stringify(oddPipeline(name)))
      writeFileSync(join(data, 'slipway.yaml'), JSON.stringify(configuration))
      server = await startServer({ data, configuration: join(data, 'slipway.yaml'), args: ['--stop-instances'] })
      const first = await Promise.all(names.map(name => run(name, { version: '1.0.0' })))
      expect(first.map(({ status }) => status)).toEqual(names.map(() => 'succeeded'))
    })

    afterAll(async () => {
      for (const load of loads) await load.stop()
      await server?.stop()
      await prometheus?.stop()
      exporter.close()
      for (const folder of [data, discovery]) rmSync(folder, { recursive: true, force: true })
    })

    async function underLoad(service: (typeof measured)[number]): Promise<void> {
      const { items } = await server.client.listTargets()
      loads.push(startLoad(items[0]!.services.find(({ name }) => name === service)!.url!, 120))
    }

    async function start(name: string, parameters: Record<string, string>): Promise<string> {
      const body = { parameters: { discovery, ...parameters } }
      return (await server.client.startExecution({ name, body })).id
    }

    async function run(name: string, parameters: Record<string, string>) {
      return server.client.getExecution({ id: await start(name, parameters), wait: '110s' })
    }

    describe.concurrent('that answers', () => {
      test('passes, with what Prometheus answered as evidence', async () => {
        await underLoad('good')
        const { status, id, reason } = await run('good', { version: '1.1.0' })
        expect(status, `${reason}\n${server.output()}`).toBe('succeeded')
        const [canary] = (await server.client.getAnalysis({ id })).stages
        expect(canary!.metrics.map(({ name, provider }) => [name, provider])).toEqual([
          ['errors', 'prom'],
          ['slow', 'prom'],
          ['unpaid', 'prom'],
        ])
        const unpaid = canary!.metrics[2]!
        expect(unpaid.query).toMatch(
          /^sum\(increase\(unpaid_total\{target="local",service="good",app_cluster="canary",version="1\.1\.0"\}\[3s\]\)\) \/ /,
        )
        expect(unpaid.judgment).toMatchObject({ verdict: 'pass', threshold: { margin: { absolute: 0.05 } } })
        expect((unpaid.points.at(-1)!.canary as { total: number }).total).toBeGreaterThan(50)
      })

      test('is taken back for failures that only the release itself measures', async () => {
        await underLoad('bad')
        const { status, reason } = await run('bad', { version: '1.2.0', errors: '0.4' })
        expect(status, server.output()).toBe('rolled-back')
        expect(reason).toMatch(
          /^canary: (unpaid failed; )?canary (errors|unpaid) [\d.]+ % against [\d.]+ %: between .* points worse/,
        )
      })

      test.each(Object.keys(odd) as Odd[])('never passes: %s', async name => {
        const { status, reason } = await run(name, { version: '1.1.0' })
        expect({ status, reason }).toEqual({ status: odd[name].status, reason: expect.stringMatching(odd[name].words) })
      })
    })

    test('outlasts a Prometheus that is away for more than three intervals, and does not pass meanwhile', async () => {
      await underLoad('outlasting')
      const [id, cut] = await Promise.all(
        (['outlasting', 'cut-off'] as const).map(name => start(name, { version: '1.3.0' })),
      )
      await prometheus.kill()
      const ended = await server.client.getExecution({ id: cut!, wait: '110s' })
      expect(ended.status).toBe('errored')
      expect(ended.reason).toMatch(/errors could not be read: .*prom (cannot be reached|failed 10 times in a row)/)
      expect((await server.client.getExecution({ id: id! })).status).toBe('running')
      const [during] = (await server.client.getAnalysis({ id: id! })).stages
      const looks = during!.metrics.find(({ name }) => name === 'errors')!
      expect(looks.points.filter(({ state }) => state === 'failed').length).toBeGreaterThanOrEqual(3)
      expect(looks.judgment).toMatchObject({
        verdict: 'insufficient',
        reason: expect.stringMatching(/could not be read/),
      })
      await prometheus.start()
      const { status, reason } = await server.client.getExecution({ id: id!, wait: '110s' })
      expect(status, `${reason}\n${server.output()}`).toBe('succeeded')
    })
  },
)

/** Short enough to wait for its end, where that is all there is to wait for. */
function timed(name: (typeof measured)[number], pipeline: string): string {
  if (name === 'good' || name === 'bad') return pipeline
  const quick = pipeline.replace('interval: 3s', 'interval: 2s').replace('warmUp: 3s', 'warmUp: 1s')
  return name === 'cut-off' ? quick.replace('for: 60s', 'for: 9s') : quick
}

/** As a page for Prometheus to scrape. */
function oddMetrics(): string {
  const lateBy = 30_000
  return [
    'odd_nan NaN',
    `odd_late_total ${Math.round(Date.now() / 1_000)} ${Date.now() - lateBy}`,
    'odd_doubled{replica="a"} 1',
    'odd_doubled{replica="b"} 1',
    '',
  ].join('\n')
}

/** Hangs on one metric alone, which is critical. */
function oddPipeline(name: Odd): object {
  const metric = { name: 'odd', kind: 'series', provider: 'prom', critical: true, margin: '5%', query: odd[name].query }
  const release = {
    version: '${{ parameters.version }}',
    command: ['node', 'app.mjs'],
    env: { APP_DISCOVERY: '${{ parameters.discovery }}' },
  }
  return {
    name,
    application: 'shop',
    parameters: { version: { type: 'string' }, discovery: { type: 'string' } },
    stages: [
      {
        id: 'canary',
        type: 'canary',
        target: 'local',
        service: name,
        release,
        baseline: 'stable',
        steps: [{ weight: 50, for: '4s' }],
        analysis: { interval: '1s', judge: { type: 'sequential' }, metrics: [metric] },
        onVerdict: { fail: 'rollback', insufficient: 'rollback', errored: 'rollback' },
      },
    ],
  }
}
