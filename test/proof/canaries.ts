import { setTimeout as sleep } from 'node:timers/promises'
import { NativeConnection } from '@temporalio/worker'
import { createActivities } from '../../activities/activities.ts'
import { runWorker } from '../../activities/worker.ts'
import type { Execution } from '../../pipeline/execution.ts'
import { openStore } from '../../store/postgres.ts'
import { pipelineExecutionType, taskQueue } from '../../workflows/messages.ts'
import { quietTemporal } from '../fakes/engine.ts'
import { fakeMetrics } from '../fakes/metrics.ts'
import { asTemplate, canaryStage, runOf, v1, v2 } from '../fakes/pipelines.ts'
import { fakeTarget } from '../fakes/target.ts'
import { startPglite } from '../pglite.ts'
import { startTemporal } from '../temporal.ts'
import type { Figures, Proof, ProofOptions } from './proof.ts'
import type { Memory } from './resident.ts'
import { memoryAfterCollection } from './resident.ts'

/** Steps of a canary, milliseconds; together what it should take. */
const steps = [20_000, 20_000, 20_000]
const planned = steps.reduce((sum, time) => sum + time, 0)
/** The first fills what is kept for later ones; memory is compared over the others. */
const waves = 4

/** A run that has not ended by then never will. */
const longest = 10 * planned

/** Within a tenth of what the steps take; what the worker still needs of its memory is the same from wave to wave. */
const limits = { p95SecondsWorst: (1.1 * planned) / 1_000, memoryGrowthPercent: 10 }

/**
 * Many canaries at once, several times, on a real Temporal and the embedded store, both on disk; targets and metrics are
 * simulated. Every canary is looked at until its time is over.
 */
export const canaries: Proof = {
  what: 'so many canaries of 60 s at once: p95 within 10 %, no more memory from wave to wave',
  whole: 50,
  limits,
  run: runWaves,
}

/** The same with the data of both servers in memory. */
export const canariesInMemory: Proof = {
  what: 'the same with data on a tmpfs (/dev/shm)',
  whole: 200,
  limits,
  run(options) {
    process.env.TMPDIR = '/dev/shm'
    return runWaves(options)
  },
}

async function runWaves({ rounds: count, log }: ProofOptions): Promise<Figures> {
  quietTemporal()
  const [temporal, pglite] = await Promise.all([startTemporal(), startPglite()])
  const store = await openStore(pglite.url)
  const connection = await NativeConnection.connect({ address: temporal.address })
  const target = fakeTarget()
  const activities = createActivities({
    targets: { eu: target },
    // Too few requests to decide anything before the time is over.
    providers: { router: fakeMetrics({ '1.0.0': 0.01, '2.0.0': 0.01 }, 2) },
    store,
    client: temporal.client,
  })
  const worker = await runWorker({ connection, namespace: 'default', activities })
  const figures: Record<string, number> = { canaries: count, waves }
  const memory: Memory[] = []
  const p95s: number[] = []
  try {
    for (let wave = 1; wave <= waves; wave++) {
      const times = await Promise.all(
        Array.from({ length: count }, (_, index) =>
          runOne({ id: `wave-${wave}-${index}`, service: `service-${index}` }, { target, client: temporal.client }),
        ),
      )
      times.sort((a, b) => a - b)
      const p95 = times[Math.ceil(0.95 * times.length) - 1]!
      const left = await leastAfterCollection()
      memory.push(left)
      const median = times[times.length >> 1]!
      p95s.push(p95)
      const [used, resident] = [megabytes(left.used), megabytes(left.resident)]
      log(
        `wave ${wave}: median ${seconds(median)} s, p95 ${seconds(p95)} s, ${used} MB in use, ${resident} MB resident`,
      )
      figures[`medianSecondsWave${wave}`] = seconds(median)
      figures[`p95SecondsWave${wave}`] = seconds(p95)
      figures[`megabytesUsedAfterWave${wave}`] = used
      figures[`megabytesResidentAfterWave${wave}`] = resident
    }
  } finally {
    await worker.stop()
    await connection.close()
    await store.close()
    await Promise.all([temporal.stop(), pglite.remove()])
  }
  figures.p95SecondsWorst = seconds(Math.max(...p95s))
  figures.memoryGrowthPercent = Math.round((100 * (memory.at(-1)!.used - memory[1]!.used)) / memory[1]!.used)
  return figures
}

/** Runs that have ended are let go one by one, and locks are idle soon: the least of what is left in the seconds after a wave. */
async function leastAfterCollection(): Promise<Memory> {
  const seen: Memory[] = []
  for (let time = 0; time < 5; time++) {
    await sleep(1_000)
    seen.push(await memoryAfterCollection())
  }
  return seen.reduce((least, one) => (one.used < least.used ? one : least))
}

type Parts = { target: ReturnType<typeof fakeTarget>; client: Awaited<ReturnType<typeof startTemporal>>['client'] }

/** Milliseconds from the start of a run to its recorded end. */
async function runOne({ id, service }: { id: string; service: string }, { target, client }: Parts): Promise<number> {
  target.seed(service, v1, 4)
  const stage = canaryStage({
    service,
    release: asTemplate(v2),
    steps: steps.map((time, index) => ({ weight: (index + 1) * 10, for: time })),
    onVerdict: { fail: 'rollback', insufficient: 'promote', errored: 'rollback' },
  })
  const input = runOf([{ ...stage, analysis: { ...stage.analysis, interval: 5_000 } }], id)
  const began = Date.now()
  const handle = await client.workflow.start(pipelineExecutionType, {
    ...{ workflowId: id, taskQueue, args: [input], workflowExecutionTimeout: longest },
  })
  const { status, endedAt, reason } = (await handle.result()) as Execution
  if (status !== 'succeeded') throw new Error(`${id} ended ${status}: ${reason}`)
  return Date.parse(endedAt!) - began
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e5) / 10
}

function seconds(milliseconds: number): number {
  return Math.round(milliseconds / 10) / 100
}
