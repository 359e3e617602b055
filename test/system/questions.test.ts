import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { NativeConnection, Worker } from '@temporalio/worker'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Activities } from '../../activities/requests.ts'
import { runWorker } from '../../activities/worker.ts'
import { workflowBundle } from '../../workflows/bundle.ts'
import { unfinishedStep } from '../../workflows/messages.ts'
import { quietTemporal } from '../fakes/engine.ts'
import type { TemporalServer } from '../temporal.ts'
import { startTemporal } from '../temporal.ts'

const entry = join(import.meta.dirname, '..', 'fakes', 'counting', 'workflows.ts')
const taskQueue = 'counting'

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

// mutation: without the interceptor of workflows/whole-steps.ts the replay at the end fails.
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
