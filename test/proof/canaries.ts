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
import { residentAfterCollection } from './resident.ts'

/** Steps of a canary, milliseconds; together what it should take. */
const steps = [20_000, 20_000, 20_000]
const planned = steps.reduce((sum, time) => sum + time, 0)
const waves = 3

/**
 * Many canaries at once, three times, on a real Temporal and the embedded store, both on disk; targets and metrics are
 * simulated. Every canary is looked at until its time is over. Holds when p95 of a wave is within 10 % of that time and the
 * memory of the worker does not grow from the second wave to the third by more than a tenth.
 */
export const canaries: Proof = {
  what: 'so many canaries of 60 s at once: p95 within 10 %, no more memory from wave to wave',
  whole: 50,
  run: runWaves,
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
  const memory: number[] = []
  try {
    for (let wave = 1; wave <= waves; wave++) {
      const times = await Promise.all(
        Array.from({ length: count }, (_, index) =>
          runOne(`wave-${wave}-${index}`, { target, client: temporal.client }),
        ),
      )
      times.sort((a, b) => a - b)
      const p95 = times[Math.ceil(0.95 * times.length) - 1]!
      memory.push(Math.round(residentAfterCollection() / 1e6))
      log(`wave ${wave}: median ${seconds(times[times.length >> 1]!)} s, p95 ${seconds(p95)} s, ${memory.at(-1)} MB`)
      figures[`p95SecondsWave${wave}`] = seconds(p95)
      figures[`megabytesAfterWave${wave}`] = memory.at(-1)!
    }
  } finally {
    await worker.stop()
    await connection.close()
    await store.close()
    await Promise.all([temporal.stop(), pglite.remove()])
  }
  const worst = Math.max(...Array.from({ length: waves }, (_, i) => figures[`p95SecondsWave${i + 1}`]!))
  if (!(worst <= (1.1 * planned) / 1_000))
    throw new Error(`p95 is ${worst} s, more than a tenth over ${planned / 1_000} s`)
  if (!(memory[2]! <= 1.1 * memory[1]!)) throw new Error(`memory grows: ${memory.join(', ')} MB`)
  return figures
}

type Parts = { target: ReturnType<typeof fakeTarget>; client: Awaited<ReturnType<typeof startTemporal>>['client'] }

/** Milliseconds from the start of a run to its recorded end. */
async function runOne(id: string, { target, client }: Parts): Promise<number> {
  target.seed(id, v1, 4)
  const stage = canaryStage({
    service: id,
    release: asTemplate(v2),
    steps: steps.map((time, index) => ({ weight: (index + 1) * 10, for: time })),
    onVerdict: { fail: 'rollback', insufficient: 'promote', errored: 'rollback' },
  })
  const input = runOf([{ ...stage, analysis: { ...stage.analysis, interval: 5_000 } }], id)
  const began = Date.now()
  const handle = await client.workflow.start(pipelineExecutionType, { workflowId: id, taskQueue, args: [input] })
  const { status, endedAt, reason } = (await handle.result()) as Execution
  if (status !== 'succeeded') throw new Error(`${id} ended ${status}: ${reason}`)
  return Date.parse(endedAt!) - began
}

function seconds(milliseconds: number): number {
  return Math.round(milliseconds / 10) / 100
}
