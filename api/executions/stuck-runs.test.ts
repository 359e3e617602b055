import pino from 'pino'
import { expect, test } from 'vitest'
import { anExecution } from '../../test/fakes/api.ts'
import { memoryEngine } from '../../test/fakes/memory-engine.ts'
import { memoryStore } from '../../test/fakes/memory-store.ts'
import type { PendingActivity } from '../contract/execution.ts'
import { createMetrics } from '../metrics/metrics.ts'
import { scan } from './stuck-runs.ts'

function pending(change: Partial<PendingActivity>): PendingActivity {
  const times = { scheduledAt: null, startedAt: null, nextAttemptAt: null }
  return { name: 'apply', state: 'scheduled', attempt: 1, workflow: 'a', lastFailure: null, ...times, ...change }
}

test('names the activity, the attempt and the last failure of runs that do not move', async () => {
  const store = memoryStore()
  const engine = memoryEngine()
  const metrics = createMetrics()
  store.put(anExecution({ id: 'a' }))
  store.put(anExecution({ id: 'b', status: 'succeeded' }))
  engine.pendingList = [pending({}), pending({ name: 'route', attempt: 7, lastFailure: 'no answer' })]
  const stuck = await scan({ store, engine, metrics, log: pino({ level: 'silent' }) })
  expect(stuck).toMatchObject([
    { execution: 'a', reason: 'activity', pending: { name: 'route', attempt: 7, lastFailure: 'no answer' } },
  ])
  const text = await metrics.registry.metrics()
  expect(text).toContain('slipway_stuck_executions{reason="activity"} 1')
  expect(text).toContain('slipway_open_executions{status="running"} 1')
  expect(text).toContain('slipway_open_executions{status="held"} 0')
})

test('a workflow that its worker fails on is stuck at once', async () => {
  const store = memoryStore()
  const engine = memoryEngine()
  store.put(anExecution({ id: 'a' }))
  engine.pendingList = [pending({ name: 'workflow task' })]
  const stuck = await scan({ store, engine, metrics: createMetrics(), log: pino({ level: 'silent' }) })
  expect(stuck).toMatchObject([{ reason: 'workflow-task' }])
})

test('a run that only the store knows is stuck, unless it was accepted just now', async () => {
  const store = memoryStore()
  const engine = memoryEngine()
  const metrics = createMetrics()
  const scanned = () => scan({ store, engine, metrics, log: pino({ level: 'silent' }) })
  engine.pendingList = [pending({ name: 'workflow', lastFailure: 'Temporal does not know this run' })]
  store.put(anExecution({ id: 'a', createdAt: new Date().toISOString() }))
  expect(await scanned()).toEqual([])
  store.put(anExecution({ id: 'a', createdAt: '2026-01-01T00:00:00.000Z' }))
  expect(await scanned()).toMatchObject([{ execution: 'a', reason: 'workflow' }])
  expect(await metrics.registry.metrics()).toContain('slipway_stuck_executions{reason="workflow"} 1')
})
