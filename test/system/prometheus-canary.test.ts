import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Load, startLoad } from '../../setup/load.ts'
import { type Server, startServer } from '../../setup/server.ts'
import { component, whyMissing } from '../components.ts'
import { type Prometheus, startPrometheus } from '../prometheus.ts'

const binary = component('prometheus')

describe.skipIf(binary === null)(
  `a canary judged by a real Prometheus${binary === null ? ` (${whyMissing('prometheus')})` : ''}`,
  () => {
    const data = mkdtempSync(join(tmpdir(), 'slipway-measured-'))
    const discovery = join(data, 'discovery')
    let prometheus: Prometheus
    let server: Server
    let load: Load

    beforeAll(async () => {
      mkdirSync(discovery)
      prometheus = await startPrometheus(binary as string, [], discovery)
      const folder = join(import.meta.dirname, '../fixtures/measured')
      const configuration = {
        targets: {
          local: {
            type: 'process',
            environment: 'test',
            services: { measured: { directory: folder, health: '/healthz' } },
          },
        },
        metrics: {
          prom: {
            ...{ type: 'prometheus', url: prometheus.url, addresses: ['127.0.0.1/32'] },
            labels: { cluster: 'app_cluster' },
          },
        },
        pipelines: [{ directory: join(folder, 'pipelines') }, { directory: join(data, 'pipelines') }],
      }
      // The same, short enough to wait for its end.
      const text = readFileSync(join(folder, 'pipelines/measured.yaml'), 'utf8')
      mkdirSync(join(data, 'pipelines'))
      const brief = text.replace('name: measured', 'name: briefly').replace('for: 60s', 'for: 12s')
      writeFileSync(join(data, 'pipelines/briefly.yaml'), brief)
      writeFileSync(join(data, 'slipway.yaml'), JSON.stringify(configuration))
      server = await startServer({ data, configuration: join(data, 'slipway.yaml'), args: ['--stop-instances'] })
      await run({ version: '1.0.0' })
      const { items } = await server.client.listTargets()
      load = startLoad(items[0]!.services[0]!.url!, 120)
    })

    afterAll(async () => {
      await load?.stop()
      await server?.stop()
      await prometheus?.stop()
      rmSync(data, { recursive: true, force: true })
    })

    async function run(parameters: Record<string, string>, name = 'measured') {
      const body = { parameters: { discovery, ...parameters } }
      const { id } = await server.client.startExecution({ name, body })
      return server.client.getExecution({ id, wait: '110s' })
    }

    test('passes, with what Prometheus answered as evidence', async () => {
      const { status, id, reason } = await run({ version: '1.1.0' })
      expect(status, `${reason}\n${server.output()}`).toBe('succeeded')
      const [canary] = (await server.client.getAnalysis({ id })).stages
      expect(canary!.metrics.map(({ name, provider }) => [name, provider])).toEqual([
        ['errors', 'prom'],
        ['slow', 'prom'],
        ['unpaid', 'prom'],
      ])
      const unpaid = canary!.metrics[2]!
      expect(unpaid.query).toMatch(
        /^sum\(increase\(unpaid_total\{target="local",service="measured",app_cluster="canary",version="1\.1\.0"\}\[3s\]\)\) \/ /,
      )
      expect(unpaid.judgment).toMatchObject({ verdict: 'pass', threshold: { margin: { absolute: 0.05 } } })
      expect((unpaid.points.at(-1)!.canary as { total: number }).total).toBeGreaterThan(50)
    })

    test('is taken back for failures that only the release itself measures', async () => {
      const { status, reason } = await run({ version: '1.2.0', errors: '0.4' })
      expect(status, server.output()).toBe('rolled-back')
      expect(reason).toMatch(/^canary: canary (errors|unpaid) [\d.]+ % against [\d.]+ %: between .* points worse/)
    })

    test('never passes while Prometheus is away', async () => {
      await prometheus.stop()
      const { status, reason } = await run({ version: '1.3.0' }, 'briefly')
      expect(status).toBe('errored')
      expect(reason).toMatch(/errors could not be read: .*prom (cannot be reached|failed 10 times in a row)/)
    })
  },
)
