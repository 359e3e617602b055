import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { TestEngine } from '../fakes/engine.ts'
import { startEngine, until } from '../fakes/engine.ts'
import { canaryStage, v1 } from '../fakes/pipelines.ts'
import type { TemporalServer } from '../temporal.ts'
import { startTemporal } from '../temporal.ts'

let server: TemporalServer
let engine: TestEngine

beforeAll(async () => {
  server = await startTemporal()
})
afterAll(() => server?.stop())

beforeEach(async () => {
  engine = await startEngine(server)
  return () => engine.stop()
})

/** Looks every 200 ms. */
function quick(change: Parameters<typeof canaryStage>[0] = {}) {
  const stage = canaryStage({
    steps: [
      { weight: 10, for: 4_000 },
      { weight: 50, for: 4_000 },
    ],
    maxHold: 10_000,
    ...change,
  })
  stage.analysis.interval = 200
  return stage
}

describe('a canary on Temporal', () => {
  it('promotes a good version', async () => {
    const run = await engine.start([quick()])
    const { status, reason, stages } = await run.result()
    expect({ status, reason }).toEqual({ status: 'succeeded', reason: null })
    expect(stages[0]!.outputs.verdict).toBe('pass')
    expect(engine.target.state('checkout')).toMatchObject({ clusters: [{ role: 'stable' }], weights: { stable: 100 } })
    expect(engine.target.repeated).toEqual([])
    expect(engine.store.executions.get(run.id)!.status).toBe('succeeded')
    expect(engine.store.evidence(run.id).length).toBeGreaterThan(5)
  })

  it('takes a bad version back', async () => {
    engine.metrics.behaviour = { '1.0.0': 0.01, '2.0.0': 0.2 }
    const run = await engine.start([quick()])
    const { status } = await run.result()
    expect(status).toBe('rolled-back')
    expect(engine.target.state('checkout').clusters).toEqual([{ role: 'stable', release: v1, instances: 4, ready: 4 }])
  })

  it('is held, and promoted by an update', async () => {
    engine.metrics.behaviour = {}
    const run = await engine.start([quick({ steps: [{ weight: 10, for: 600 }] })])
    await until('it is held', async () => (await run.state()).status === 'held')
    const answer = await run.promote()
    expect(answer.id).toBe(run.id)
    const { status } = await run.result()
    expect(status).toBe('succeeded')
  })
})
