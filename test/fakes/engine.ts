import type { NativeConnection } from '@temporalio/worker'
import { DefaultLogger, makeTelemetryFilterString, NativeConnection as Native, Runtime } from '@temporalio/worker'
import { expect } from 'vitest'
import { type ActivityResources, createActivities } from '../../activities/activities.ts'
import type { StageResources } from '../../activities/stage-activities.ts'
import type { RunningWorker } from '../../activities/worker.ts'
import { runWorker } from '../../activities/worker.ts'
import { askAgain } from '../../api/engine/ask-again.ts'
import type { Execution } from '../../pipeline/execution.ts'
import type { Stage } from '../../pipeline/schema/stage.ts'
import type { ExecutionInput } from '../../store/store.ts'
import { pipelineExecutionType, taskQueue } from '../../workflows/messages.ts'
import type { LockTimings } from '../../workflows/target-lock.ts'
import type { Timings } from '../../workflows/timings.ts'
import type { TemporalServer } from '../temporal.ts'
import type { FakeMetrics } from './metrics.ts'
import { fakeMetrics } from './metrics.ts'
import { runOf, v1 } from './pipelines.ts'
import type { FakeStore } from './store.ts'
import { fakeStore } from './store.ts'
import type { FakeTarget } from './target.ts'
import { fakeTarget } from './target.ts'

/** The real workflows on a real Temporal, over a target, metrics and a store in memory. */
export interface TestEngine {
  target: FakeTarget
  metrics: FakeMetrics
  store: FakeStore
  start(stages: Stage[], change?: Partial<ExecutionInput>): Promise<TestRun>
  /** Ends the worker; `resume` starts another one. */
  pause(): Promise<void>
  resume(): Promise<void>
  stop(): Promise<void>
}

export interface TestRun {
  id: string
  result(): Promise<Execution>
  state(): Promise<Execution>
  signal(name: 'cancel' | 'rollback', reason?: string): Promise<void>
  promote(): Promise<Execution>
  update(name: 'pause' | 'resume' | 'skip' | 'judge', message?: object): Promise<Execution>
  /** A signal with something else than a message. */
  tell(name: 'freezes', what: unknown): Promise<void>
  terminate(): Promise<void>
  /** Types of the events in its history. */
  history(): Promise<string[]>
}

/** Short enough for tests; a service `checkout` runs 1.0.0 on four instances. */
export const testTimings: Partial<Timings> = { patience: 1_000, undoPatience: 10_000, lease: 5_000, tellAfter: 5_000 }
export const lockTimings = { lockCheck: 500, lockCheckWaiting: 500, lockIdle: 1_000 }

let installed = false

/** Warnings of Temporal are part of what is tested here. */
export function quietTemporal(): void {
  if (installed) return
  installed = true
  const logging = { filter: makeTelemetryFilterString({ core: 'ERROR' }) }
  Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging } })
}

interface More extends Partial<Pick<ActivityResources, 'targets' | 'providers'>>, StageResources {
  timings?: Partial<Timings>
  locks?: LockTimings
}

/** `more`: real targets and providers beside those in memory, other durations than `testTimings`, what single stages need. */
export async function startEngine(
  server: TemporalServer,
  { targets = {}, providers = {}, timings = {}, locks = lockTimings, ...more }: More = {},
): Promise<TestEngine> {
  quietTemporal()
  const target = fakeTarget()
  target.seed('checkout', v1, 4)
  const metrics = fakeMetrics({ '1.0.0': 0.01, '2.0.0': 0.01 })
  const store = fakeStore()
  const connection: NativeConnection = await Native.connect({ address: server.address })
  const activities = createActivities({
    ...more,
    targets: { eu: target, ...targets },
    providers: { router: metrics, ...providers },
    store,
    firings: { put: async () => {} },
    client: server.client,
    locks: { timings: locks },
  })
  const work = () => runWorker({ connection, namespace: server.namespace, activities })
  let worker: RunningWorker | null = await work()
  let runs = 0
  return {
    ...{ target, metrics, store },
    async start(stages, change = {}) {
      runs += 1
      const input = { ...runOf(stages, `run-${process.pid}-${Date.now()}-${runs}`), ...change }
      await server.client.workflow.start(pipelineExecutionType, {
        workflowId: input.id,
        taskQueue,
        args: [input, { ...testTimings, ...timings }],
      })
      return testRun(server, input.id)
    },
    async pause() {
      await worker?.stop()
      worker = null
    },
    async resume() {
      worker ??= await work()
    },
    async stop() {
      await worker?.stop()
      await connection.close()
    },
  }
}

function testRun({ client }: TemporalServer, id: string): TestRun {
  const handle = client.workflow.getHandle(id)
  const update = (name: string, what: object) =>
    askAgain(() => handle.executeUpdate<Execution, [object]>(name, { args: [what] }))
  const message = (reason?: string) => ({ by: 'ann', ...(reason === undefined ? {} : { reason }) })
  return {
    id,
    result: () => handle.result() as Promise<Execution>,
    state: () => askAgain(() => handle.query<Execution>('state')),
    signal: (name, reason) => handle.signal(name, message(reason)),
    tell: (name, what) => handle.signal(name, what),
    promote: () => update('promote', message()),
    update: (name, more = {}) => update(name, { ...message(), ...more }),
    terminate: async () => void (await handle.terminate('test')),
    async history() {
      const { events } = await handle.fetchHistory()
      return (events ?? []).map(event => String(event.eventType))
    },
  }
}

/** All traffic on one version of `checkout`, nothing else left, and no effect done twice. */
export function expectOnly({ target }: Pick<TestEngine, 'target'>, version: string): void {
  const { clusters, weights } = target.state('checkout')
  expect(clusters.map(({ role, release, ready }) => `${role} ${release.version} x${ready}`)).toEqual([
    `stable ${version} x4`,
  ])
  expect(weights).toEqual({ stable: 100 })
  const ids = target.done.map(({ id }) => id)
  expect(ids).toEqual([...new Set(ids)])
}

/** Waits until something holds; a test that would wait for ever fails with what it waited for. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, patience = 20_000): Promise<void> {
  const end = Date.now() + patience
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`waited in vain until ${what}`)
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}
