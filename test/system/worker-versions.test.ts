import type { NativeConnection } from '@temporalio/worker'
import { NativeConnection as Native } from '@temporalio/worker'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createActivities } from '../../activities/activities.ts'
import { runWorker } from '../../activities/worker.ts'
import type { Execution } from '../../pipeline/execution.ts'
import type { Stage } from '../../pipeline/schema/stage.ts'
import { pipelineExecutionType, taskQueue } from '../../workflows/messages.ts'
import { testTimings, until } from '../fakes/engine.ts'
import { fakeMetrics } from '../fakes/metrics.ts'
import { runOf, v1, waitStage } from '../fakes/pipelines.ts'
import { fakeStore } from '../fakes/store.ts'
import { fakeTarget } from '../fakes/target.ts'
import type { TemporalServer } from '../temporal.ts'
import { startTemporal } from '../temporal.ts'

let server: TemporalServer
let connection: NativeConnection

beforeAll(async () => {
  server = await startTemporal()
  connection = await Native.connect({ address: server.address })
})
afterAll(async () => {
  try {
    await connection?.close()
  } finally {
    await server?.stop()
  }
})

const deployment = 'slipway'

async function worker(buildId: string) {
  const target = fakeTarget()
  target.seed('checkout', v1, 4)
  const activities = createActivities({
    targets: { eu: target },
    providers: { router: fakeMetrics({}) },
    store: fakeStore(),
    client: server.client,
  })
  return runWorker({ connection, namespace: 'default', activities, version: { deployment, buildId } })
}

/** As an operator does once the new workers are there: `temporal worker deployment set-current-version`. */
async function makeCurrent(buildId: string): Promise<void> {
  const { workflowService } = server.client.connection
  await until(`${buildId} is known`, async () => {
    try {
      await workflowService.setWorkerDeploymentCurrentVersion({
        namespace: 'default',
        deploymentName: deployment,
        buildId,
        ignoreMissingTaskQueues: true,
      })
      return true
    } catch {
      return false
    }
  })
}

async function start(id: string, stages: Stage[]) {
  const input = runOf(stages, `${id}-${process.pid}`)
  const options = { workflowId: input.id, taskQueue, args: [input, testTimings] }
  return server.client.workflow.start(pipelineExecutionType, options)
}

type Handle = Awaited<ReturnType<typeof start>>

async function versionOf(handle: Handle): Promise<string | undefined> {
  const { raw } = await handle.describe()
  return raw.workflowExecutionInfo?.versioningInfo?.deploymentVersion?.buildId ?? undefined
}

it('runs stay on the version of the workers they began on, new ones begin on the new one', async () => {
  const old = await worker('1')
  await makeCurrent('1')
  const first = await start('first', [waitStage('a', { for: 8_000 }), waitStage('b', { for: 10 })])
  await until('it runs', async () => (await versionOf(first)) === '1')
  const young = await worker('2')
  try {
    await makeCurrent('2')
    const second = await start('second', [waitStage('a', { for: 10 })])
    expect(((await second.result()) as Execution).status).toBe('succeeded')
    expect(await versionOf(second)).toBe('2')
    expect(((await first.result()) as Execution).status).toBe('succeeded')
    expect(await versionOf(first)).toBe('1')
  } finally {
    await Promise.all([old.stop(), young.stop()])
  }
})
