import { totalmem } from 'node:os'
import type { DataConverter } from '@temporalio/common'
import type { NativeConnection } from '@temporalio/worker'
import { Worker } from '@temporalio/worker'
import { workflowBundle } from '../workflows/bundle.ts'
import { taskQueue } from '../workflows/messages.ts'
import type { Activities } from './requests.ts'

export interface WorkerSetup {
  connection: NativeConnection
  namespace: string
  activities: Activities
  /** How what is stored is written; Temporal's own way when left out. */
  dataConverter?: DataConverter
  /** A bundle that was built before; else the one of `.cache/`, built when a source has changed. */
  bundlePath?: string
  /** Runs of pipelines stay on the version they began on; null or left out: there are no versions. */
  version?: WorkerVersion | null
  /** Another one than the product's is for tests. */
  taskQueue?: string
}

/** One version of a fleet of workers, as Temporal knows it. */
export interface WorkerVersion {
  deployment: string
  buildId: string
}

export interface RunningWorker {
  /** Takes no more work, lets what runs go on for some seconds, then gives it back to the server. */
  stop(): Promise<void>
  /** Rejects when the worker fails. */
  ended: Promise<void>
}

/** Runs workflows and activities until it is stopped. */
export async function runWorker(setup: WorkerSetup): Promise<RunningWorker> {
  const { connection, namespace, activities, bundlePath, dataConverter } = setup
  const worker = await Worker.create({
    connection,
    namespace,
    activities,
    ...(dataConverter === undefined ? {} : { dataConverter }),
    taskQueue: setup.taskQueue ?? taskQueue,
    ...(setup.version ? { workerDeploymentOptions: pinned(setup.version) } : {}),
    workflowBundle:
      bundlePath === undefined
        ? await workflowBundle(undefined, dataConverter?.failureConverterPath)
        : { codePath: bundlePath },
    maxConcurrentActivityTaskExecutions: 200,
    maxCachedWorkflows: keptWorkflows(memory()),
    // What waits for a worker that was killed is given to another one then; a busy one takes its tasks in a second or two.
    stickyQueueScheduleToStartTimeout: 5_000,
    // How soon a long activity learns that it was canceled.
    maxHeartbeatThrottleInterval: 1_000,
    defaultHeartbeatThrottleInterval: 1_000,
    shutdownGraceTime: 1_000,
    // A busy machine may need long for what has begun; given up, its workflows' thread fails.
    shutdownForceTime: 25_000,
  })
  const ended = worker.run()
  ended.catch(() => {})
  return {
    ended,
    async stop() {
      if (worker.getState() === 'RUNNING') worker.shutdown()
      await ended
    },
  }
}

/**
 * How many workflows stay in memory between two tasks: a tenth of it, at about 0.75 MB each, within reason. One that does not
 * is read again from its whole history when something happens to it. A canary is two: its run and the lock of its service.
 */
export function keptWorkflows(bytes: number): number {
  return Math.min(480, Math.max(100, Math.floor((0.1 * bytes) / 750_000)))
}

/** Of this machine, or what its container may use. */
function memory(): number {
  return Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY)
}

function pinned({ deployment, buildId }: WorkerVersion) {
  return {
    version: { deploymentName: deployment, buildId },
    useWorkerVersioning: true,
    defaultVersioningBehavior: 'PINNED',
  } as const
}
