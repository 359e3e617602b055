import { setTimeout as sleep } from 'node:timers/promises'
import { NativeConnection } from '@temporalio/worker'
import { createActivities } from '../../activities/activities.ts'
import { runWorker } from '../../activities/worker.ts'
import type { Execution } from '../../pipeline/execution.ts'
import type { Stage } from '../../pipeline/schema/stage.ts'
import { pipelineExecutionType, taskQueue } from '../../workflows/messages.ts'
import { quietTemporal, until } from '../fakes/engine.ts'
import { fakeMetrics } from '../fakes/metrics.ts'
import { runOf } from '../fakes/pipelines.ts'
import { fakeStore } from '../fakes/store.ts'
import { startTemporal } from '../temporal.ts'
import type { Figures, Proof, ProofOptions } from './proof.ts'
import { residentAfterCollection, residentOf } from './resident.ts'

/**
 * Executions that wait for a judgment. Holds when in a quiet time nothing is added to any of their histories, and worker and
 * Temporal together stay under a gigabyte.
 */
export const waiting: Proof = {
  what: 'executions that wait for a judgment: no polling, under 1 GB',
  whole: 1_000,
  run: runWaiting,
}

const quiet = 20_000
const sampled = 50

async function runWaiting({ rounds: count, log }: ProofOptions): Promise<Figures> {
  quietTemporal()
  const temporal = await startTemporal()
  const { client } = temporal
  const connection = await NativeConnection.connect({ address: temporal.address })
  const store = fakeStore()
  const activities = createActivities({ targets: {}, providers: { router: fakeMetrics({}) }, store, client })
  const worker = await runWorker({ connection, namespace: 'default', activities })
  try {
    const ids = Array.from({ length: count }, (_, index) => `waiting-${index}`)
    for (let first = 0; first < count; first += 50)
      await Promise.all(
        ids.slice(first, first + 50).map(workflowId =>
          client.workflow.start(pipelineExecutionType, {
            workflowId,
            taskQueue,
            args: [runOf([judgment], workflowId)],
          }),
        ),
      )
    await until('all wait', () => isWaiting(store.executions, count), 600_000)
    // What was just recorded lingers.
    await sleep(3_000)
    const sample = ids.filter((_, index) => index % Math.max(1, Math.floor(count / sampled)) === 0)
    const lengths = () => Promise.all(sample.map(id => lengthOf(client, id)))
    const before = await lengths()
    const processor = process.cpuUsage()
    await sleep(quiet)
    const { user, system } = process.cpuUsage(processor)
    const added = (await lengths()).reduce((sum, length, index) => sum + length - before[index]!, 0)
    const [ours, server] = [await residentAfterCollection(), residentOf(temporal.pid)].map(bytes =>
      Math.round(bytes / 1e6),
    )
    const megabytes = ours! + server!
    log(`${count} wait: ${added} events in ${quiet / 1_000} s, ${ours} MB worker, ${server} MB Temporal`)
    if (added !== 0) throw new Error(`${added} events were added to ${sample.length} histories while nothing happened`)
    if (!(megabytes < 1_000)) throw new Error(`worker and Temporal take ${megabytes} MB`)
    const processorShare = Math.round((user + system) / quiet) / 10
    return {
      executions: count,
      sampled: sample.length,
      eventsAdded: added,
      megabytes,
      workerProcessorPercent: processorShare,
    }
  } finally {
    await worker.stop()
    await connection.close()
    await temporal.stop()
  }
}

const judgment: Stage = {
  ...{ id: 'ask', type: 'judgment', approvals: 1, timeout: 3 * 24 * 3_600_000, onTimeout: 'reject', fourEyes: true },
} as Stage

function isWaiting(executions: ReadonlyMap<string, Execution>, count: number): boolean {
  return executions.size === count && [...executions.values()].every(({ status }) => status === 'waiting')
}

type Client = Awaited<ReturnType<typeof startTemporal>>['client']

async function lengthOf(client: Client, id: string): Promise<number> {
  return Number((await client.workflow.getHandle(id).describe()).historyLength)
}
