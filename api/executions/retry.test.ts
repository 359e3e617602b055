import * as fc from 'fast-check'
import pino from 'pino'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Execution, StageState } from '../../pipeline/execution.ts'
import { planOf } from '../../pipeline/plan.ts'
import type { Pipeline, Stage } from '../../pipeline/schema/pipeline.ts'
import { anExecution } from '../../test/fakes/api.ts'
import { type MemoryEngine, memoryEngine } from '../../test/fakes/memory-engine.ts'
import { type MemoryStore, memoryStore } from '../../test/fakes/memory-store.ts'
import { waitStage } from '../../test/fakes/pipelines.ts'
import { newInput } from './prepare.ts'
import { reusedStages } from './retry.ts'
import { createStarter } from './start.ts'
import { createSteering, type Steering } from './steer.ts'

const id = 'shop-000000000000'
const ann = { by: 'ann', reason: 'again' }

const definition: Pipeline = {
  name: 'shop',
  application: 'store',
  stages: [
    waitStage('build', { needs: [] }),
    waitStage('eu', { needs: ['build'] }),
    waitStage('us', { needs: ['build'] }),
    waitStage('last', { needs: ['eu', 'us'] }),
  ],
}

function ended(statuses: Record<string, StageState['status']>, change: Partial<Execution> = {}): Execution {
  const times = { startedAt: '2026-01-01T00:00:00.000Z', endedAt: '2026-01-01T00:01:00.000Z' }
  const stages = Object.entries(statuses).map(([stage, status]): StageState => {
    const startedAt = status === 'skipped' ? null : times.startedAt
    const outputs = { of: stage }
    return { ...times, startedAt, id: stage, type: 'wait', status, attempt: 1, reason: null, outputs, progress: null }
  })
  return anExecution({ id, status: 'failed', ...times, stages, ...change })
}

let store: MemoryStore
let engine: MemoryEngine
let steering: Steering

beforeEach(() => {
  store = memoryStore()
  engine = memoryEngine()
  const catalog = { list: async () => [], get: async () => null } as never
  const now = () => new Date(0)
  const starter = createStarter({ store, engine, catalog, now, log: pino({ level: 'silent' }) })
  steering = createSteering({ store, engine, starter, now })
})

function put(execution: Execution): void {
  const trigger = { type: 'api', by: 'ci' } as const
  const facts = { revision: 'r', parameters: { version: '2' }, trigger, createdAt: new Date(0) }
  store.put(execution, newInput(execution.id, definition, facts))
}

describe('a retry', () => {
  test('is a new attempt that does again what has not succeeded, and reuses the rest', async () => {
    put(ended({ build: 'succeeded', eu: 'succeeded', us: 'failed', last: 'skipped' }))
    const next = await steering.retry(id, ann)
    expect(next).toMatchObject({ status: 'queued', attempt: 2, retryOf: id, parameters: { version: '2' } })
    expect(next.trigger).toEqual({ type: 'retry', by: 'ann', detail: 'again' })
    expect(next.stages.map(stage => `${stage.id} ${stage.status} ${stage.reusedFrom ?? ''}`)).toEqual([
      `build succeeded ${id}`,
      `eu succeeded ${id}`,
      'us pending ',
      'last pending ',
    ])
    expect(next.stages[1]!.outputs).toEqual({ of: 'eu' })
    expect(engine.running.get(next.id)?.definition).toEqual(definition)
  })

  test('from a stage does that one again and all after it', async () => {
    put(ended({ build: 'succeeded', eu: 'succeeded', us: 'succeeded', last: 'succeeded' }, { status: 'succeeded' }))
    const next = await steering.retry(id, { ...ann, stage: 'eu' })
    expect(next.stages.map(stage => stage.status)).toEqual(['succeeded', 'pending', 'succeeded', 'pending'])
  })

  test('asked for twice is one run; from somewhere else it is refused', async () => {
    put(ended({ build: 'succeeded', eu: 'succeeded', us: 'failed', last: 'skipped' }))
    const [first, second] = [await steering.retry(id, ann), await steering.retry(id, { by: 'bob' })]
    expect(second.id).toBe(first.id)
    expect(engine.starts).toEqual([first.id])
    await expect(steering.retry(id, { ...ann, stage: 'build' })).rejects.toMatchObject({
      kind: 'refused',
      message: `${id} was retried already, from another stage: see ${first.id}, and retry that one`,
    })
  })

  test('of a retry says where the work was done', async () => {
    put(ended({ build: 'succeeded', eu: 'succeeded', us: 'failed', last: 'skipped' }))
    const second = await steering.retry(id, ann)
    const failed = second.stages.map(stage => (stage.id === 'us' ? { ...stage, status: 'failed' as const } : stage))
    store.put({ ...second, status: 'failed', stages: failed })
    const third = await steering.retry(second.id, ann)
    expect(third).toMatchObject({ attempt: 3, retryOf: second.id })
    expect(third.stages[1]!.reusedFrom).toBe(id)
  })

  test('is refused for what runs, what is not there, and what needs none', async () => {
    await expect(steering.retry(id, ann)).rejects.toMatchObject({ kind: 'not-found' })
    put(ended({ build: 'running' }, { status: 'running' }))
    await expect(steering.retry(id, ann)).rejects.toMatchObject({ message: `${id} has not ended (running)` })
    put(ended({ build: 'succeeded', eu: 'succeeded', us: 'succeeded', last: 'succeeded' }, { status: 'succeeded' }))
    await expect(steering.retry(id, ann)).rejects.toMatchObject({
      message: `all stages of ${id} have succeeded; name the stage to run again from`,
    })
    await expect(steering.retry(id, { ...ann, stage: 'asia' })).rejects.toMatchObject({
      message: `${id} has no stage "asia"; it has build, eu, us, last`,
    })
  })

  test('does a whole group again when it does one of it again', () => {
    const grouped = definition.stages.map(stage => (['eu', 'us'].includes(stage.id) ? { ...stage, group: 'g' } : stage))
    const run = ended({ build: 'succeeded', eu: 'succeeded', us: 'succeeded', last: 'failed' })
    expect(Object.keys(reusedStages({ ...definition, stages: grouped as Stage[] }, run, null))).toEqual([
      'build',
      'eu',
      'us',
    ])
    expect(Object.keys(reusedStages({ ...definition, stages: grouped as Stage[] }, run, 'us'))).toEqual(['build'])
  })

  test('never reuses what comes after something that is done again', () => {
    const graph = fc.array(fc.tuple(fc.nat(3), fc.constantFrom('succeeded', 'failed', 'rolled-back')), {
      minLength: 1,
      maxLength: 8,
    })
    fc.assert(
      fc.property(graph, fc.nat(7), (all, pick) => {
        const ids = all.map((_, index) => `s${index}`)
        const stages = all.map(([needs], index) =>
          waitStage(ids[index]!, { needs: ids.slice(Math.max(0, index - needs), index) }),
        )
        const from = ids[pick % ids.length]!
        const statuses = Object.fromEntries(all.map(([, status], index) => [ids[index]!, status as 'failed']))
        const reused = reusedStages({ ...definition, stages }, ended(statuses), from)
        const { before } = planOf({ stages })
        expect(reused[from]).toBeUndefined()
        for (const kept of Object.keys(reused)) {
          expect(statuses[kept]).toBe('succeeded')
          for (const other of before[kept]!) expect(reused[other]).toBeDefined()
        }
      }),
    )
  })
})
