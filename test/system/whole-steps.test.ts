import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { WorkflowUpdateFailedError } from '@temporalio/client'
import proto from '@temporalio/proto'
import { NativeConnection, Worker } from '@temporalio/worker'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Activities } from '../../activities/requests.ts'
import { runWorker } from '../../activities/worker.ts'
import { workflowBundle } from '../../workflows/bundle.ts'
import { unfinishedStep } from '../../workflows/messages.ts'
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

// mutation: without `early` of workflows/whole-steps.ts the replay at the end fails.
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

// mutation: without `mixed` of workflows/whole-steps.ts the update is accepted at once, in a step of its own making.
test('an update that a new worker gets together with something else is asked again', async () => {
  const engine = await startEngine(server)
  try {
    const run = await engine.start([waitStage('wait', { for: 60_000 })])
    const quiet = () => until('nothing is under way', async () => isQuiet(await run.history()))
    await until('it waits', async () => (await run.state()).stages[0]!.status === 'running')
    await quiet()
    await engine.pause()
    await run.tell('freezes', [])
    const handle = server.client.workflow.getHandle(run.id)
    const paused = handle.executeUpdate<unknown, [object]>('pause', { args: [{ by: 'ann' }] }).then(
      () => 'accepted',
      (error: WorkflowUpdateFailedError) => error.cause?.message,
    )
    await sleep(200)
    await engine.resume()
    expect(await paused).toBe(unfinishedStep)
    await quiet()
    await run.update('skip')
    await run.result()
    const { codePath } = await workflowBundle()
    await Worker.runReplayHistory({ workflowBundle: { codePath } }, await handle.fetchHistory(), run.id)
  } finally {
    await engine.stop()
  }
})

// mutation: without `untraced` of workflows/bundle.ts there are traces.
test('nobody keeps where each promise of a run was made, and errors tell where they were', async () => {
  const engine = await startEngine(server)
  try {
    const run = await engine.start([waitStage('wait', { for: 60_000 })])
    await until('it waits', async () => (await run.state()).stages[0]!.status === 'running')
    expect(String(await server.client.workflow.getHandle(run.id).query('__stack_trace')).trim()).toBe('')
    const stack = expect.stringMatching(/workflows\/pipeline-execution\.ts:\d+/)
    await expect(run.update('resume')).rejects.toMatchObject({ cause: { stack } })
    await run.update('skip')
    await run.result()
  } finally {
    await engine.stop()
  }
})

/** All activities and tasks of a history have been completed. */
function isQuiet(types: readonly string[]): boolean {
  const count = (type: number) => types.filter(one => one === String(type)).length
  return count(activity.scheduled) === count(activity.completed) && count(task.scheduled) === count(task.completed)
}
