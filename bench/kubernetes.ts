import { existsSync } from 'node:fs'
import type { Execution } from '../pipeline/execution.ts'
import type { RouterConfiguration } from '../pipeline/schema/configuration/kubernetes-target.ts'
import type { Stage, StageOf } from '../pipeline/schema/stage.ts'
import { kubernetesWhenBuilt } from '../setup/background.mjs'
import { component, whyMissing } from '../test/components.ts'
import { startEngine } from '../test/fakes/engine.ts'
import { asTemplate, quickCanary } from '../test/fakes/pipelines.ts'
import { startCluster } from '../test/kubernetes/cluster.ts'
import { startRealCanaries } from '../test/kubernetes/real-canary.ts'
import { apply, op, openTestTarget, release, userObjects, userRoute } from '../test/kubernetes/world.ts'
import { residentAfterCollection } from '../test/proof/resident.ts'
import { startTemporal } from '../test/temporal.ts'

/**
 * `npm run bench -- kubernetes [--quick] [--only=weights,bad,real,at-once,rolls]`: one JSON line a figure, then a table that
 * says what is met. API server, Gateway and Temporal are real (Temporal's database is in memory where there is `/dev/shm`);
 * pods are simulated, but for `real`. Limits are what peers need on the same class of machine, or better.
 */
interface Figure {
  what: string
  value: number
  unit: string
  limit?: number
}

const parts = { weights, bad, real, 'at-once': canariesAtOnce, rolls: rollsAtOnce } as const

const figures: Figure[] = []
const quick = process.argv.includes('--quick')
const only = process.argv.find(argument => argument.startsWith('--only='))?.slice('--only='.length)
const many = quick ? 10 : 50
const services = quick ? 20 : 200

function report(what: string, value: number, unit: string, limit?: number): void {
  const figure = { what, value: Math.round(value * 100) / 100, unit, ...(limit === undefined ? {} : { limit }) }
  figures.push(figure)
  console.log(JSON.stringify(figure))
}

const asked = (only?.split(',') ?? Object.keys(parts)) as (keyof typeof parts)[]
const unknown = asked.filter(part => !(part in parts))
if (unknown.length > 0)
  throw new Error(`unknown part ${unknown.join(', ')}; known are ${Object.keys(parts).join(', ')}`)
const cluster = await startCluster()
const temporal = await onMemory(() => startTemporal())
try {
  for (const part of asked) await parts[part]()
} finally {
  await temporal.stop()
  await cluster.stop()
}
const isMet = ({ value, limit }: Figure) => limit === undefined || value <= limit
for (const figure of figures) {
  const { what, value, unit, limit } = figure
  const judged = limit === undefined ? '' : `  ${isMet(figure) ? 'met' : 'NOT MET'}: at most ${limit}`
  console.log(`${what.padEnd(72)}${value.toFixed(2).padStart(10)} ${unit.padEnd(10)}${judged}`)
}
process.exit(figures.every(isMet) ? 0 : 1)

/** Else the disk is measured. */
async function onMemory<T>(start: () => Promise<T>): Promise<T> {
  const before = process.env.TMPDIR
  if (existsSync('/dev/shm')) process.env.TMPDIR = '/dev/shm'
  try {
    return await start()
  } finally {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
  }
}

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
    // The Gateway computes all its routes anew with every pod that comes or goes.
    ...(type === 'gateway-api' ? [userRoute(namespace, name)] : []),
  ])
  await apply(control, ...objects)
  await control.kubectl(['-n', namespace, 'wait', '--for=condition=Available', 'deploy', '--all', '--timeout=120s'])
  const engine = await startEngine(temporal, {
    targets: { [namespace]: made.target },
    timings: { patience: 600_000, lease: 60_000 },
  })
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

async function ended(run: Promise<{ result(): Promise<Execution> }>): Promise<Execution> {
  return (await run).result()
}

function must({ status, reason }: Execution, wanted: string): void {
  if (status !== wanted) throw new Error(`a run ended ${status}, not ${wanted}: ${reason}`)
}

async function weights(): Promise<void> {
  await weightsOf('replicas')
  await weightsOf('gateway-api')
}

/** 20, 40, 60, 80 without pauses. */
async function weightsOf(type: 'replicas' | 'gateway-api'): Promise<void> {
  const namespace = `weights-${type}`
  const { engine, target } = await opened(namespace, ['shop'], { replicas: 5, type })
  await target.route('shop', { stable: 100 }, op(0))
  const times: number[] = []
  for (let round = 1; round <= (quick ? 3 : 7); round++) {
    const given = [20, 40, 60, 80].map(weight => ({ weight, for: 0 }))
    const began = performance.now()
    must(await ended(engine.start([steps(namespace, 'shop', `1.${round}.0`, given)])), 'succeeded')
    times.push((performance.now() - began) / 1_000)
  }
  // The first one loads what the others find.
  const limit = type === 'replicas' ? 0.8 : undefined
  report(`4 weights without pauses, 5 pods, ${type}`, median(times.slice(1)), 's', limit)
  await engine.stop()
}

/** A look every second; from the end of the window that shows it until the canary has no traffic. */
async function bad(): Promise<void> {
  const namespace = 'bad'
  const { engine, target } = await opened(namespace, ['shop'], { replicas: 4, type: 'gateway-api' })
  await target.route('shop', { stable: 100 }, op(0))
  engine.metrics.behaviour = { '0.0.1': 0, '2.0.0': 0.3 }
  const times: number[] = []
  for (let round = 1; round <= (quick ? 1 : 5); round++) {
    const canary = quickCanary({
      ...{ target: namespace, service: 'shop', release: asTemplate(release('2.0.0')), baseline: 'stable' as const },
      steps: [{ weight: 25, for: 30_000 }],
    })
    const guardrails = [{ metric: 'errors', above: 0.1, atLeast: 20 }]
    const stage: Stage = { ...canary, analysis: { ...canary.analysis, interval: 1_000, guardrails } }
    const run = await engine.start([stage])
    must(await run.result(), 'rolled-back')
    const seen = Math.max(...engine.store.evidence(run.id).map(({ to }) => Date.parse(to)))
    const changes = engine.store.events(run.id).filter(({ kind }) => kind === 'weights.changed')
    times.push((Date.parse(changes.at(-1)!.at) - seen) / 1_000)
  }
  report('bad metric, 1 s interval: from what shows it to weight 0', median(times), 's', 1.2)
  await engine.stop()
}

/** From end to end, under 200 requests a second. */
async function real(): Promise<void> {
  const prometheus = component('prometheus')
  const { binaries } = await kubernetesWhenBuilt()
  const missing = prometheus === null ? 'prometheus' : component('containerd') === null ? 'containerd' : null
  if (missing !== null) return console.error(`skipped: ${whyMissing(missing)}`)
  const canaries = await startRealCanaries(cluster, { binaries: binaries!, prometheus: prometheus! })
  try {
    const good = await canaries.run('2.0.0', { rate: 200 })
    must(good.execution, 'succeeded')
    report('real pods, 25/50/75 × 4 s: good version has all traffic', good.settled, 's', 13)
    report('the same, nothing left to do', good.ended, 's')
    report(`of ${good.seen.sent} requests failed`, good.seen.lost + good.seen.errors, 'requests', 0)
    const worse = await canaries.run('3.0.0', { rate: 200, errors: 0.3 })
    must(worse.execution, 'rolled-back')
    report('real pods, 30 % errors: weight 0', worse.settled, 's')
    report(`of ${worse.seen.sent} requests failed`, worse.seen.lost + worse.seen.errors, 'requests', 60)
  } finally {
    await canaries.stop()
  }
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
      must(await ended(engine.start([steps(namespace, name, '2.0.0', given)])), 'succeeded')
      return (performance.now() - began) / 1_000
    }),
  )
  const cpu = process.cpuUsage(before.cpu)
  report(`${many} canaries at once, 3 × 2 s, ${many * 4} pods, p50`, median(times), 's', 23)
  report('the same, slowest', Math.max(...times), 's')
  report('requests to the API server a canary', (cluster.control.audit().length - before.requests) / many, 'requests')
  report('CPU of the worker a canary', (cpu.user + cpu.system) / 1_000 / many, 'ms')
  report('memory of the worker', (await residentAfterCollection()) / 1e6, 'MB')
  await engine.stop()
}

/** Twice, so that what stays in memory shows. */
async function rollsAtOnce(): Promise<void> {
  const namespace = 'rolls'
  const names = Array.from({ length: services }, (_, index) => `shop-${index}`)
  const { engine } = await opened(namespace, names, { replicas: 2, type: 'replicas' })
  const memory: number[] = []
  // The first time fills what a worker keeps of runs and locks (`maxCachedWorkflows`).
  for (const version of ['2.0.0', '3.0.0', '4.0.0']) {
    const before = cluster.control.audit().length
    const began = performance.now()
    const results = await Promise.all(
      names.map(name => {
        const { steps: _, ...stage } = steps(namespace, name, version, [])
        return ended(engine.start([{ ...stage, strategy: 'rolling' }]))
      }),
    )
    const seconds = (performance.now() - began) / 1_000
    memory.push((await residentAfterCollection()) / 1e6)
    const failed = results.filter(({ status }) => status !== 'succeeded')
    report(`${services} services rolled at once to ${version}`, seconds, 's')
    report('of them not succeeded', failed.length, 'runs', 0)
    report('requests to the API server', (cluster.control.audit().length - before) / seconds, 'a second', 50)
  }
  report('memory of the worker after the third time, beside after the second', memory[2]! / memory[1]!, 'times', 1.1)
  await engine.stop()
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
