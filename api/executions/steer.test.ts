import pino from 'pino'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Execution, StageState } from '../../pipeline/execution.ts'
import type { Pipeline } from '../../pipeline/schema/pipeline.ts'
import type { ExecutionInput } from '../../store/store.ts'
import { anExecution } from '../../test/fakes/api.ts'
import { fakeCatalog } from '../../test/fakes/catalog.ts'
import { type MemoryEngine, memoryEngine } from '../../test/fakes/memory-engine.ts'
import { type MemoryStore, memoryStore } from '../../test/fakes/memory-store.ts'
import { MessageRefused } from '../engine/engine.ts'
import { newInput } from './prepare.ts'
import { createStarter } from './start.ts'
import { createSteering, type Steering } from './steer.ts'

const by = { by: 'local', reason: 'it smells' }
const id = 'shop-000000000000'

const definition = {
  name: 'shop',
  application: 'store',
  stages: [
    { id: 'eu', type: 'deploy', target: 'eu', service: 'web', release: { version: '2' }, strategy: 'rolling' },
    { id: 'us', type: 'deploy', target: 'us', service: 'web', release: { version: '2' }, strategy: 'rolling' },
  ],
} as const satisfies Pipeline

function stage(change: Partial<StageState>): StageState {
  const base = { id: 'eu', type: 'deploy', status: 'succeeded', attempt: 1, startedAt: 'a', endedAt: 'a' } as const
  return { ...base, reason: null, outputs: {}, progress: null, ...change }
}

let store: MemoryStore
let engine: MemoryEngine
let steering: Steering

beforeEach(() => {
  store = memoryStore()
  engine = memoryEngine()
  const catalog = fakeCatalog(() => null)
  const now = () => new Date(0)
  const starter = createStarter({ store, engine, catalog, now, log: pino({ level: 'silent' }) })
  steering = createSteering({ store, engine, starter, now })
})

function input(): ExecutionInput {
  const trigger = { type: 'api', by: 'ci' } as const
  return newInput(id, definition, { revision: 'r', parameters: {}, trigger, createdAt: new Date(0) })
}

function running(): void {
  store.put(anExecution({ id }), input())
  engine.running.set(id, input())
}

function ended(change: Partial<Execution> = {}): void {
  store.put(anExecution({ id, status: 'succeeded', endedAt: 'now', ...change }), input())
  engine.ended.add(id)
}

describe('cancel and rollback', () => {
  test('reach a running run even while the store is down', async () => {
    running()
    store.down = true
    expect(await steering.cancel(id, by)).toEqual({ execution: id, linked: false })
    expect(await steering.rollback(id, by)).toEqual({ execution: id, linked: false })
    expect(engine.signals.map(({ signal }) => signal)).toEqual(['cancel', 'rollback'])
  })

  test('reach a run that was accepted and not started yet: its workflow begins with them', async () => {
    store.put(anExecution({ id, status: 'queued' }), input())
    expect(await steering.cancel(id, by)).toEqual({ execution: id, linked: false })
    expect(engine.starts).toEqual([id])
    expect(engine.signals).toEqual([{ execution: id, signal: 'cancel', message: by }])
  })

  test('say when there is no such run, or nothing left to cancel', async () => {
    await expect(steering.cancel('shop-none', by)).rejects.toMatchObject({ kind: 'not-found' })
    await expect(steering.rollback('shop-none', by)).rejects.toMatchObject({ kind: 'not-found' })
    ended()
    await expect(steering.cancel(id, by)).rejects.toMatchObject({ kind: 'already-ended' })
  })
})

describe('rollback of a run that has ended', () => {
  const previous = (version: string) => ({
    version,
    command: ['node', 'web.mjs'],
    env: { NOTE: '${{ not an expression }}' },
  })

  test('is a linked run that deploys the previous releases, newest stage first', async () => {
    ended({
      stages: [
        stage({ id: 'eu', endedAt: '2026-01-01T00:00:01.000Z', outputs: { previousRelease: previous('1') } }),
        stage({ id: 'us', endedAt: '2026-01-01T00:00:02.000Z', outputs: { previousRelease: previous('0') } }),
      ],
    })
    const { execution, linked } = await steering.rollback(id, by)
    expect(linked).toBe(true)
    const started = engine.running.get(execution)!
    expect(started).toMatchObject({ rollbackOf: id, trigger: { type: 'rollback', by: 'local', detail: 'it smells' } })
    expect(started.definition.stages).toMatchObject([
      { id: 'us', type: 'deploy', target: 'us', release: { version: '0' } },
      { id: 'eu', type: 'deploy', target: 'eu', release: { version: '1' } },
    ])
    expect(JSON.stringify(started.definition)).toContain('$${{ not an expression }}')
  })

  test('asked for twice is one run; after a failed attempt it is another', async () => {
    ended({ stages: [stage({ outputs: { previousRelease: previous('1') } })] })
    const first = await steering.rollback(id, by)
    expect(await steering.rollback(id, { by: 'someone else' })).toEqual(first)
    store.put(anExecution({ id: first.execution, status: 'errored', endedAt: 'now' }))
    const second = await steering.rollback(id, by)
    expect(second.execution).not.toBe(first.execution)
    expect(engine.starts).toEqual([first.execution, second.execution])
  })

  test('is refused when nothing was replaced: a first deployment, or stages that were taken back already', async () => {
    ended({
      stages: [
        stage({ outputs: { previousRelease: null } }),
        stage({ id: 'us', status: 'rolled-back', outputs: { previousRelease: previous('1') } }),
      ],
    })
    await expect(steering.rollback(id, by)).rejects.toMatchObject({ kind: 'refused' })
    expect(engine.starts).toEqual([])
  })
})

describe('promote', () => {
  test('gives the state after it', async () => {
    running()
    engine.answer = async () => anExecution({ id, reason: 'promoted' })
    expect(await steering.ask(id, 'promote', by, 'request-1')).toMatchObject({ reason: 'promoted' })
  })

  test('is refused in words when the run says no', async () => {
    running()
    engine.answer = () => Promise.reject(new MessageRefused('no canary is running', 'Refused'))
    await expect(steering.ask(id, 'promote', by, 'r')).rejects.toMatchObject({
      kind: 'refused',
      message: 'no canary is running',
    })
  })

  test('is not taken while it could not be recorded', async () => {
    running()
    store.down = true
    await expect(steering.ask(id, 'promote', by, 'r')).rejects.toMatchObject({ name: 'StoreUnavailable' })
  })

  test('tells a run that has ended from one that never was', async () => {
    engine.answer = () => Promise.reject(new MessageRefused('gone', 'ended'))
    await expect(steering.ask(id, 'promote', by, 'r')).rejects.toMatchObject({ kind: 'not-found' })
    ended()
    await expect(steering.ask(id, 'promote', by, 'r')).rejects.toMatchObject({ kind: 'already-ended' })
  })
})
