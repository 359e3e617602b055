import type { RouterConfiguration } from '../pipeline/schema/configuration/kubernetes-target.ts'
import type { StageOf } from '../pipeline/schema/stage.ts'
import { startEngine } from '../test/fakes/engine.ts'
import { asTemplate } from '../test/fakes/pipelines.ts'
import { startCluster } from '../test/kubernetes/cluster.ts'
import { apply, op, openTestTarget, release, userObjects, userRoute } from '../test/kubernetes/world.ts'
import { startTemporal } from '../test/temporal.ts'

/**
 * `npm run bench -- kubernetes`: one JSON line a figure. A real API server, Gateway and Temporal; simulated pods.
 *
 * Limits are the figures of peers on the same class of machine: 4 weights without pauses on 5 pods in 0.8 s, 50 canaries
 * at once of three steps of 2 s with p50 23 s.
 */
interface Figure {
  what: string
  value: number
  unit: string
  limit?: number
}

const figures: Figure[] = []
const quick = process.argv.includes('--quick')
const many = quick ? 10 : 50
const services = quick ? 20 : 200

function report(what: string, value: number, unit: string, limit?: number): void {
  const figure = { what, value: Math.round(value * 100) / 100, unit, ...(limit === undefined ? {} : { limit }) }
  figures.push(figure)
  console.log(JSON.stringify(figure))
}

const cluster = await startCluster()
const temporal = await startTemporal()
try {
  await weights('replicas', 5)
  await weights('gateway-api', 5)
  await canariesAtOnce()
  await rollsAtOnce()
} finally {
  await temporal.stop()
  await cluster.stop()
}
const missed = figures.filter(({ value, limit }) => limit !== undefined && !(value <= limit))
for (const { what, value, unit, limit } of figures) {
  const most = limit === undefined ? '' : `  (at most ${limit})`
  console.log(`${what.padEnd(60)}${value.toFixed(2).padStart(10)} ${unit}${most}`)
}
process.exit(missed.length > 0 ? 1 : 0)

async function opened(
  namespace: string,
  names: readonly string[],
  { replicas, type }: { replicas: number; type: 'replicas' | 'gateway-api' },
) {
  const { control, pods } = cluster
  const router = (name: string): RouterConfiguration => (type === 'replicas' ? { type } : { type, route: name })
  const made = await openTestTarget(
    control,
    namespace,
    Object.fromEntries(names.map(name => [name, { router: router(name) }])),
  )
  const objects = names.flatMap(name => [
    ...userObjects(namespace, name, { replicas, port: pods.port }),
    userRoute(namespace, name),
  ])
  await apply(control, ...objects)
  await control.kubectl(['-n', namespace, 'wait', '--for=condition=Available', 'deploy', '--all', '--timeout=120s'])
  const engine = await startEngine(temporal, { targets: { [namespace]: made.target } })
  return { ...made, engine }
}

function steps(
  target: string,
  service: string,
  version: string,
  given: { weight: number; for: number }[],
): StageOf<'deploy'> {
  const wanted = asTemplate(release(version))
  return { id: 'deploy', type: 'deploy', target, service, release: wanted, strategy: 'canary', steps: given }
}

/** 20, 40, 60, 80 without pauses. */
async function weights(type: 'replicas' | 'gateway-api', replicas: number): Promise<void> {
  const namespace = `weights-${type}`
  const { engine, target } = await opened(namespace, ['shop'], { replicas, type })
  await target.route('shop', { stable: 100 }, op(0))
  const times: number[] = []
  for (let round = 1; round <= (quick ? 3 : 7); round++) {
    const stage = steps(
      namespace,
      'shop',
      `1.${round}.0`,
      [20, 40, 60, 80].map(weight => ({ weight, for: 1 })),
    )
    const began = performance.now()
    const { status, reason } = await (await engine.start([stage])).result()
    times.push((performance.now() - began) / 1_000)
    if (status !== 'succeeded') throw new Error(`the run ended ${status}: ${reason}`)
  }
  // The first one loads what the others find.
  report(
    `4 weights without pauses, 5 pods, ${type}`,
    median(times.slice(1)),
    's',
    type === 'replicas' ? 0.8 : undefined,
  )
  await engine.stop()
}

async function canariesAtOnce(): Promise<void> {
  const namespace = 'at-once'
  const names = Array.from({ length: many }, (_, index) => `shop-${index}`)
  const { engine } = await opened(namespace, names, { replicas: 4, type: 'replicas' })
  const given = [25, 50, 75].map(weight => ({ weight, for: 2_000 }))
  const before = { cpu: process.cpuUsage(), requests: cluster.control.audit().length }
  const times = await Promise.all(
    names.map(async name => {
      const began = performance.now()
      const { status, reason } = await (await engine.start([steps(namespace, name, '2.0.0', given)])).result()
      if (status !== 'succeeded') throw new Error(`${name} ended ${status}: ${reason}`)
      return (performance.now() - began) / 1_000
    }),
  )
  const cpu = process.cpuUsage(before.cpu)
  report(`${many} canaries at once, 3 × 2 s, ${many * 4} pods, p50`, median(times), 's', 23)
  report('the same, slowest', Math.max(...times), 's')
  report('requests to the API server a canary', (cluster.control.audit().length - before.requests) / many, 'requests')
  report('CPU of the worker a canary', (cpu.user + cpu.system) / 1_000 / many, 'ms')
  report('memory of the worker', process.memoryUsage().rss / 1e6, 'MB')
  await engine.stop()
}

async function rollsAtOnce(): Promise<void> {
  const namespace = 'rolls'
  const names = Array.from({ length: services }, (_, index) => `shop-${index}`)
  const { engine } = await opened(namespace, names, { replicas: 2, type: 'replicas' })
  const before = { memory: process.memoryUsage().rss, requests: cluster.control.audit().length }
  const began = performance.now()
  const results = await Promise.all(
    names.map(async name => {
      const stage = { ...steps(namespace, name, '2.0.0', []), strategy: 'rolling' as const }
      const { steps: _, ...rolling } = stage
      return (await engine.start([rolling])).result()
    }),
  )
  const seconds = (performance.now() - began) / 1_000
  report(`${services} services rolled at once`, seconds, 's')
  report('of them not succeeded', results.filter(({ status }) => status !== 'succeeded').length, 'runs', 0)
  report('requests to the API server', (cluster.control.audit().length - before.requests) / seconds, 'a second')
  report('memory of the worker, more than before', (process.memoryUsage().rss - before.memory) / 1e6, 'MB')
  await engine.stop()
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
