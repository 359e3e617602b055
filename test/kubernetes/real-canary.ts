import { setTimeout as sleep } from 'node:timers/promises'
import { prometheusProvider } from '../../activities/metrics/prometheus.ts'
import { localSecrets } from '../../activities/secrets/secrets.ts'
import type { Target } from '../../activities/targets/target.ts'
import type { Execution } from '../../pipeline/execution.ts'
import type { Release } from '../../pipeline/release.ts'
import { type MetricsConnectionOf, metricsConnection } from '../../pipeline/schema/configuration/metrics.ts'
import { type Seen, startLoad } from '../../setup/load.ts'
import { defaultTimings } from '../../workflows/timings.ts'
import { startEngine } from '../fakes/engine.ts'
import { asTemplate, quickCanary } from '../fakes/pipelines.ts'
import { startPrometheus } from '../prometheus.ts'
import { startTemporal } from '../temporal.ts'
import type { Cluster } from './cluster.ts'
import { realNode, startRealNode } from './real-node.ts'
import { apply, op, openTestTarget, release, userObjects, userRoute } from './world.ts'

const namespace = 'canaries'
const service = 'shop'
/** Pods that are stable. */
const pods = 2

/** Canaries of 25, 50 and 75 % for 4 s each, beside stable: pods, router, metrics, engine and load are all real. */
export interface RealCanaries {
  target: Target
  /** Runs one while so many requests a second come in. */
  run(version: string, options: { rate: number; errors?: number }): Promise<Outcome>
  /** Names of all Deployments and Services that are there. */
  objects(): Promise<string[]>
  stop(): Promise<void>
}

export interface Outcome {
  execution: Execution
  seen: Seen
  /** Seconds from its start until all traffic is on one version for good, and until nothing is left to do. */
  settled: number
  ended: number
}

/** Needs what `startRealNode` needs, and a Prometheus; with 1.0.0 as stable. */
export async function startRealCanaries(
  { control, gateway }: Cluster,
  { binaries, prometheus: binary }: { binaries: string; prometheus: string },
): Promise<RealCanaries> {
  const stops: (() => Promise<unknown>)[] = []
  const stop = async () => {
    for (const end of stops.reverse()) await end()
  }
  const url = `${gateway.url}/${namespace}/${service}`
  try {
    const [node, temporal, prometheus] = await Promise.all([
      startRealNode(control, binaries),
      startTemporal(),
      startPrometheus(binary, [gateway.metrics], { scrape }),
    ])
    stops.push(...[node, temporal, prometheus].map(one => () => one.stop()))
    const router = { type: 'gateway-api' as const, route: service }
    const settings = { router, url, drainTimeout: 1_000, settleTime: 300 }
    const { target } = await openTestTarget(control, namespace, { [service]: settings })
    stops.push(() => control.kubectl(['delete', 'namespace', namespace]))
    await apply(control, ...onRealNode(userObjects(namespace, service)), userRoute(namespace, service))
    await target.apply(service, { role: 'stable', release: release('1.0.0'), instances: pods }, op(0))
    await target.route(service, { stable: 100 }, op(0))
    const engine = await startEngine(temporal, {
      targets: { [namespace]: target },
      providers: { prom: providerOf(prometheus.url) },
      timings: { tellAfter: defaultTimings.tellAfter },
    })
    stops.push(() => engine.stop())

    return {
      ...{ target, stop },
      async run(version, { rate, errors = 0 }) {
        const env = errors > 0 ? { env: { ERRORS: String(errors) } } : {}
        const load = startLoad(url, rate)
        await sleep(2_000)
        const began = Date.now()
        const execution = await (await engine.start([canaryOf(release(version, env))])).result()
        const changes = engine.store.events(execution.id).filter(({ kind }) => kind === 'weights.changed')
        const since = (at: string | null) => (Date.parse(at ?? '') - began) / 1_000
        const [settled, ended] = [since(changes.at(-1)?.at ?? null), since(execution.endedAt)]
        return { execution, seen: await load.stop(), settled, ended }
      },
      async objects() {
        const names = await control.kubectl(['get', 'deploy,svc', '-n', namespace, '-o', 'name'])
        return names.trim().split('\n')
      },
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** As docs/metrics.md has it: Traefik names its services after the route, we ask for `service` and `cluster`. */
const traefikService = `httproute-.*-svc-${namespace}-(.+?)(?:-(canary|baseline|preview|previous))?-[0-9]+@kubernetesgateway`
const scrape = {
  scrape_interval: '250ms',
  scrape_timeout: '250ms',
  metric_relabel_configs: [
    { source_labels: ['service'], regex: traefikService, target_label: 'cluster', replacement: '$2' },
    { source_labels: ['service', 'cluster'], regex: '.+;', target_label: 'cluster', replacement: 'stable' },
    { source_labels: ['service'], regex: traefikService, target_label: 'service', replacement: '$1' },
  ],
}

function providerOf(url: string) {
  const labels = { target: false, version: false }
  const connection = metricsConnection.parse({ type: 'prometheus', url, addresses: ['127.0.0.1/32'], labels })
  return prometheusProvider('prom', connection as MetricsConnectionOf<'prometheus'>, localSecrets())
}

/** Pods of the real node, ready when they answer. */
function onRealNode(objects: object[]): object[] {
  return objects.map(object => {
    const { kind, spec } = object as { kind: string; spec: { template: { spec: { containers: object[] } } } }
    if (kind !== 'Deployment') return object
    const readinessProbe = { httpGet: { path: '/healthz', port: 8080 }, periodSeconds: 1 }
    const containers = spec.template.spec.containers.map(container => ({ ...container, readinessProbe }))
    const template = { ...spec.template, spec: { ...realNode, containers } }
    const strategy = { rollingUpdate: { maxSurge: '100%', maxUnavailable: 0 } }
    return { ...object, spec: { ...spec, strategy, template } }
  })
}

function canaryOf(wanted: Release) {
  const stage = quickCanary({
    ...{ target: namespace, service, release: asTemplate(wanted), baseline: 'stable' as const },
    steps: [25, 50, 75].map(weight => ({ weight, for: 4_000 })),
  })
  const traefik = { preset: 'traefik' as const, provider: 'prom', slow: 300, margin: 0.05 }
  const guardrails = [{ metric: 'errors', above: 0.1, atLeast: 20 }]
  const often = { interval: 500, delay: 300 }
  return { ...stage, analysis: { ...stage.analysis, ...often, metrics: [traefik], guardrails } }
}
