import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { WorkflowUpdateFailedError } from '@temporalio/client'
import proto from '@temporalio/proto'
import { NativeConnection, Worker } from '@temporalio/worker'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Activities } from '../../activities/requests.ts'
import { runWorker } from '../../activities/worker.ts'
import { workflowBundle } from '../../workflows/bundle.ts'
import { unfinishedStep } from '../../workflows/messages.ts'
import type { TestEngine, TestRun } from '../fakes/engine.ts'
import { quietTemporal, startEngine, until } from '../fakes/engine.ts'
import { waitStage } from '../fakes/pipelines.ts'
import type { TemporalServer } from '../temporal.ts'
import { startTemporal } from '../temporal.ts'

const entry = join(import.meta.dirname, '..', 'fakes', 'counting', 'workflows.ts')
const taskQueue = 'counting'
const types = proto.temporal.api.enums.v1.EventType
const task = {
  scheduled: types.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED,
  completed: types.EVENT_TYPE_WORKFLOW_TASK_COMPLETED,
}
const activity = {
  scheduled: types.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED,
  completed: types.EVENT_TYPE_ACTIVITY_TASK_COMPLETED,
}

let server: TemporalServer
let connection: NativeConnection
beforeAll(async () => {
  quietTemporal()
  server = await startTemporal()
  connection = await NativeConnection.connect({ address: server.address })
}, 60_000)
afterAll(async () => {
  try {
    await connection?.close()
  } finally {
    await server?.stop()
  }
})

// mutation: without `refusesUnfinishedSteps` of workflows/whole-steps.ts the replay at the end fails.
test('a question that waits for a worker gives no run a step that its history does not have', async () => {
  const { codePath } = await workflowBundle(entry)
  const { client, namespace } = server
  const workflowBundleOf = { workflowBundle: { codePath } }
  const runs = await Promise.all(
    Array.from({ length: 8 }, (_, index) =>
      client.workflow.start('counting', { taskQueue, workflowId: `counting-${index}` }),
    ),
  )
  const tell = () => Promise.all(runs.map(run => run.signal('tell')))
  // Without a cache questions do not wait for this very worker when it has ended.
  const first = await Worker.create({ connection, namespace, taskQueue, ...workflowBundleOf, maxCachedWorkflows: 0 })
  await first.runUntil(async () => {
    await tell()
    for (const run of runs) expect(await run.query('told')).toBe(1)
  })

  const asked = Promise.allSettled(runs.map(run => run.query('told')))
  await sleep(200)
  await tell()
  let busy = true
  const telling = (async () => {
    for (; busy; await sleep(20)) await tell()
  })()
  const worker = await runWorker({
    ...{ connection, namespace, taskQueue, bundlePath: codePath },
    activities: {} as Activities,
  })
  const refused = (await asked).filter(one => one.status === 'rejected' && one.reason.message === unfinishedStep)
  busy = false
  await telling
  expect(refused.length).toBeGreaterThan(0)

  for (const run of runs) await run.signal('end')
  await Promise.all(runs.map(run => run.result()))
  await worker.stop()
  for (const run of runs) await Worker.runReplayHistory(workflowBundleOf, await run.fetchHistory(), run.workflowId)
}, 120_000)

// mutation: without `letsNoTaskBeEmpty` the tasks before updates are empty.
test('no task of a run is empty before a task with an update: they are never taken for one', async () => {
  const history = await told(async (run, quiet) => {
    for (const update of ['pause', 'resume'] as const) {
      await run.update(update)
      await quiet()
    }
  })
  const seen = history.events!.map(({ eventType }) => eventType!)
  const empty = seen.filter((type, index) => type === task.completed && seen[index + 1] === task.scheduled)
  expect(empty).toEqual([])
})

// mutation: when a refused update counts as a command, the history cannot be read again.
test('an update that was refused is nothing that its task did', async () => {
  await told(async (run, _, engine) => {
    await engine.pause()
    const refused = expect(run.update('resume')).rejects.toThrow(WorkflowUpdateFailedError)
    await run.tell('freezes', [])
    await engine.resume()
    await refused
  })
})

type Telling = (run: TestRun, quiet: () => Promise<void>, engine: TestEngine) => Promise<void>

/** A run that waits, what is told to it while nothing else happens, and its history, which can be read again. */
async function told(tell: Telling) {
  const engine = await startEngine(server)
  try {
    const run = await engine.start([waitStage('wait', { for: 60_000 })])
    const quiet = () => until('nothing is under way', async () => isQuiet(await run.history()))
    await until('it waits', async () => (await run.state()).stages[0]!.status === 'running')
    await quiet()
    await tell(run, quiet, engine)
    await run.update('skip')
    await run.result()
    const history = await server.client.workflow.getHandle(run.id).fetchHistory()
    const { codePath } = await workflowBundle()
    await Worker.runReplayHistory({ workflowBundle: { codePath } }, history, run.id)
    return history
  } finally {
    await engine.stop()
  }
}

/** All activities and tasks of a history have been completed. */
function isQuiet(types: readonly string[]): boolean {
  const count = (type: number) => types.filter(one => one === String(type)).length
  return count(activity.scheduled) === count(activity.completed) && count(task.scheduled) === count(task.completed)
}
