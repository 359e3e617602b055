import type { MetricJudgment } from '../pipeline/canary/judge.ts'
import type { Json, StageState } from '../pipeline/execution.ts'
import type { ExecutionInput } from '../store/store.ts'
import { anExecution, startFakeApi } from './fakes/api.ts'
import type { MemoryStore } from './fakes/memory-store.ts'

/** A server whose store is full: the real API and page, and everything an operator may ever have to look at. */
export type FullServer = Awaited<ReturnType<typeof startFullServer>>

export const sizes = { executions: 10_000, stages: 200, metrics: 60, looks: 1_440 } as const

export async function startFullServer() {
  const api = await startFakeApi({}, 'ui/dist')
  fillList(api.store)
  fillGraph(api.store)
  fillReport(api.store)
  return api
}

const pinned = { revision: 'r', definitionHash: 'h' }

function fillList(store: MemoryStore): void {
  for (let index = 0; index < sizes.executions; index += 1) {
    const createdAt = new Date(Date.UTC(2026, 0, 1) + index * 60_000).toISOString()
    const endedAt = new Date(Date.parse(createdAt) + 40_000).toISOString()
    const status = index % 7 === 0 ? 'rolled-back' : 'succeeded'
    const id = `shop-${String(index).padStart(12, '0')}`
    store.put(anExecution({ id, status, createdAt, endedAt, parameters: { version: `1.0.${index}` } }))
  }
}

/** Twenty columns of ten stages, each after two of the column before. */
function fillGraph(store: MemoryStore): void {
  const stages = Array.from({ length: sizes.stages }, (_, index) => {
    const [column, row] = [Math.floor(index / 10), index % 10]
    const needs = column === 0 ? [] : [row, (row + 1) % 10].map(one => `stage-${(column - 1) * 10 + one}`)
    return { id: `stage-${index}`, type: 'wait', for: 1_000, needs }
  })
  const execution = anExecution({
    id: 'graph-1',
    pipeline: 'graph',
    stages: stages.map(({ id }) => stageOf(id, 'wait')),
  })
  store.put(execution, {
    ...pinned,
    definition: { name: 'graph', application: 'store', stages },
  } as unknown as ExecutionInput)
}

function fillReport(store: MemoryStore): void {
  const names = Array.from({ length: sizes.metrics }, (_, index) => `metric-${index}`)
  const id = 'report-1'
  store.put(
    anExecution({ id, pipeline: 'report', status: 'succeeded', endedAt: '2026-01-01T04:00:00.000Z', stages: [canary] }),
    { ...pinned, definition: definitionOf(names) } as unknown as ExecutionInput,
  )
  for (let look = 1; look <= sizes.looks; look += 1) {
    const [from, to] = [look - 1, look].map(at => new Date(Date.UTC(2026, 0, 1) + at * 10_000).toISOString())
    for (const metric of names)
      store.evidenceList.push({
        ...{ execution: id, stage: 'canary', look, metric, from: from!, to: to! },
        ...{ weights: { stable: 50, baseline: 25, canary: 25 }, provider: 'router', query: metric, state: 'ok' },
        ...{ baseline: { bad: look % 5, total: 900 }, canary: { bad: look % 7, total: 900 }, exposure: null },
      })
    const metrics = names.map(judgmentOf) as unknown as Json
    const judgment = { judge: { type: 'sequential', version: '1' }, metrics }
    store.add({
      ...{ execution: id, kind: 'canary.look', stage: 'canary' },
      data: { look, verdict: 'insufficient', reason: `look ${look}`, weights: { canary: 25 }, judgment },
    })
  }
}

function judgmentOf(name: string): MetricJudgment {
  return {
    ...{ name, verdict: 'insufficient', critical: false, muted: false, group: null, evidence: 3, evidenceFor: 'pass' },
    ...{ estimate: 0.001, lower: -0.01, upper: 0.02, scale: 'difference', reason: 'neither is shown yet' },
    ...{ baseline: { bad: 3, total: 900 }, canary: { bad: 4, total: 900 } },
  } as unknown as MetricJudgment
}

function definitionOf(names: readonly string[]): unknown {
  const metric = {
    kind: 'proportion',
    margin: 0.01,
    critical: false,
    weight: 1,
    provider: 'router',
    bad: '',
    total: '',
  }
  const analysis = {
    ...{ interval: 10_000, judge: { type: 'sequential', falseAlarm: 0.01 }, guardrails: [] },
    metrics: names.map(name => ({ name, ...metric })),
  }
  const stages = [{ id: 'canary', type: 'canary', steps: [{ weight: 25, for: 14_400_000 }], analysis }]
  return { name: 'report', application: 'store', stages }
}

function stageOf(id: string, type: string): StageState {
  const startedAt = '2026-01-01T00:00:00.000Z'
  return {
    ...{ id, type, status: 'running', attempt: 1, startedAt, endedAt: null, reason: null },
    outputs: {},
    progress: null,
  }
}

const canary: StageState = {
  ...stageOf('canary', 'canary'),
  ...{ status: 'succeeded', endedAt: '2026-01-01T04:00:00.000Z', outputs: { verdict: 'pass' } },
}
