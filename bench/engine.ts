import { join } from 'node:path'
import { DefaultLogger, makeTelemetryFilterString, NativeConnection, Runtime } from '@temporalio/worker'
import { createActivities } from '../activities/activities.ts'
import { runWorker } from '../activities/worker.ts'
import type { Stage } from '../pipeline/schema/stage.ts'
import { fakeMetrics } from '../test/fakes/metrics.ts'
import { quickCanary, runOf, v1 } from '../test/fakes/pipelines.ts'
import { fakeStore } from '../test/fakes/store.ts'
import { fakeTarget } from '../test/fakes/target.ts'
import { startTemporal } from '../test/temporal.ts'
import { buildBundle, workflowBundle } from '../workflows/bundle.ts'
import type { handWritten, noopPipeline, pipelineExecution } from './engine/workflows.ts'

/**
 * `npm run bench -- engine`: one JSON line a figure, then a table. Ends with 1 when a stage costs more than 1.3 times the
 * time of the same activity in a hand-written workflow, more than 9 history events, or a look more than 12.
 *
 * Ours and the hand-written one take turns on one server and one worker; figures are medians. Target, metrics and store
 * are in memory: what is measured is the engine.
 */
interface Figure {
  what: string
  value: number
  unit: string
  limit?: number
}

const rounds = process.argv.includes('--quick') ? 5 : 15
const taskQueue = 'bench'
const figures: Figure[] = []
let ids = 0

function report(what: string, value: number, unit: string, limit?: number): void {
  const figure = { what, value, unit, ...(limit === undefined ? {} : { limit }) }
  figures.push(figure)
  console.log(JSON.stringify(figure))
}

Runtime.install({
  logger: new DefaultLogger('ERROR'),
  telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR' }) } },
})
const server = await startTemporal()
const { client } = server
const connection = await NativeConnection.connect({ address: server.address })
const target = fakeTarget()
target.seed('checkout', v1, 4)
const metrics = fakeMetrics({})
const store = fakeStore()
const activities = createActivities({
  targets: { eu: target },
  providers: { router: metrics },
  store,
  firings: { put: async () => {} },
  client,
  locks: { taskQueue },
})
const { codePath } = await workflowBundle(join(import.meta.dirname, 'engine', 'workflows.ts'))
const withNoop = { ...activities, noop: async () => {} }
const worker = await runWorker({
  connection,
  namespace: 'default',
  activities: withNoop,
  bundlePath: codePath,
  taskQueue,
})
try {
  await measureStages()
  await measureLooks()
  await measureThroughput()
  await measureBundle()
} finally {
  await worker.stop()
  await connection.close()
  await server.stop()
}
print()
process.exitCode = figures.some(missed) ? 1 : 0

async function measureStages(): Promise<void> {
  const slopes: Record<string, number> = {}
  await timeOf(2)
  const sizes = [10, 20]
  const times = new Map(sizes.map(size => [size, { ours: [] as number[], theirs: [] as number[] }]))
  const events = new Map<number, { ours: number[]; theirs: number[] }>(
    sizes.map(size => [size, { ours: [], theirs: [] }]),
  )
  for (let round = 0; round < rounds; round++)
    for (const size of sizes) {
      const { ours, theirs } = await timeOf(size, round % 2 === 0)
      times.get(size)!.ours.push(ours.time)
      times.get(size)!.theirs.push(theirs.time)
      events.get(size)!.ours.push(ours.events)
      events.get(size)!.theirs.push(theirs.events)
    }
  for (const size of sizes) {
    const { ours, theirs } = times.get(size)!
    report(`${size} stages, hand-written`, median(theirs), 'ms')
    report(`${size} stages, ours`, median(ours), 'ms')
    report(`${size} stages, ours / hand-written`, median(ours.map((time, i) => time / theirs[i]!)), 'x', 1.3)
    report(`${size} stages, history of hand-written`, median(events.get(size)!.theirs), 'events')
    report(`${size} stages, history of ours`, median(events.get(size)!.ours), 'events')
  }
  for (const who of ['ours', 'theirs'] as const) {
    slopes[who] = (median(times.get(20)![who]) - median(times.get(10)![who])) / 10
    const more = (median(events.get(20)![who]) - median(events.get(10)![who])) / 10
    report(
      `events a stage, ${who === 'ours' ? 'ours' : 'hand-written'}`,
      more,
      'events',
      who === 'ours' ? 9 : undefined,
    )
  }
  report('time a stage, hand-written', slopes.theirs!, 'ms')
  report('time a stage, ours', slopes.ours!, 'ms')
}

interface Run {
  time: number
  events: number
}

/** One run of each, in turns. */
async function timeOf(size: number, oursFirst = true): Promise<{ ours: Run; theirs: Run }> {
  const ours = () => timed<typeof noopPipeline>('noopPipeline', [runOf(noops(size), newId('ours'))])
  const theirs = () => timed<typeof handWritten>('handWritten', [size])
  if (oursFirst) return { ours: await ours(), theirs: await theirs() }
  const second = await theirs()
  return { ours: await ours(), theirs: second }
}

async function timed<T extends (...args: never[]) => Promise<unknown>>(
  type: string,
  args: Parameters<T>,
): Promise<Run> {
  const [input] = args as unknown[]
  const workflowId = typeof input === 'object' && input !== null ? (input as { id: string }).id : newId('hand')
  const began = performance.now()
  const handle = await client.workflow.start(type, { workflowId, taskQueue, args: args as unknown[] })
  await handle.result()
  const time = performance.now() - began
  return { time, events: (await handle.fetchHistory()).events!.length }
}

async function measureLooks(): Promise<void> {
  const steps = [{ weight: 10, for: 6_000 }]
  const onVerdict = { fail: 'rollback', insufficient: 'promote', errored: 'rollback' } as const
  const input = runOf([quickCanary({ steps, onVerdict })], newId('canary'))
  await client.workflow.execute<typeof pipelineExecution>('pipelineExecution', {
    workflowId: input.id,
    taskQueue,
    args: [input],
  })
  const { events } = await client.workflow.getHandle(`${input.id}/canary/step-1`).fetchHistory()
  const looks = events!.filter(
    event => event.activityTaskScheduledEventAttributes?.activityType?.name === 'look',
  ).length
  // What does not belong to a look: started, the first task of three, completed.
  report('history of a look', (events!.length - 5) / looks, 'events', 12)
  report('looks in 6 s at an interval of 200 ms', looks, 'looks')
}

async function measureThroughput(): Promise<void> {
  const runs = rounds * 4
  const began = performance.now()
  await Promise.all(
    Array.from({ length: runs }, () => timed('noopPipeline', [runOf(noops(5), newId('many'))] as never)),
  )
  report('executions of five stages, all at once', runs / ((performance.now() - began) / 1_000), 'a second')
  const then = performance.now()
  await Promise.all(Array.from({ length: runs }, () => timed('handWritten', [5] as never)))
  report('hand-written ones of five stages, all at once', runs / ((performance.now() - then) / 1_000), 'a second')
}

async function measureBundle(): Promise<void> {
  const { code } = await buildBundle()
  report('workflow bundle', code.length / 1_000, 'kB')
  report(
    'workflow bundle without its source map',
    code.replace(/\n\/\/# sourceMappingURL=.*/s, '').length / 1_000,
    'kB',
  )
}

function noops(count: number): Stage[] {
  return Array.from({ length: count }, (_, index) => ({ id: `s${index + 1}`, type: 'noop' }) as unknown as Stage)
}

function newId(what: string): string {
  ids += 1
  return `${what}-${ids}`
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

function missed({ value, limit }: Figure): boolean {
  return limit !== undefined && !(value <= limit)
}

function print(): void {
  console.log()
  for (const figure of figures) {
    const { what, value, unit, limit } = figure
    const most = limit === undefined ? '' : `  (at most ${limit})`
    console.log(`${what.padEnd(52)}${value.toFixed(2).padStart(10)} ${unit}${most}${missed(figure) ? '  MISSED' : ''}`)
  }
}
