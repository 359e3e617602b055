import type { StoredEvidence } from '../../pipeline/evidence.ts'
import type { Execution, ExecutionEvent } from '../../pipeline/execution.ts'
import type { AuditEntry, ExecutionInput, RecordBatch, StartRequest } from '../store.ts'

export function input(id: string): ExecutionInput {
  const stages = [
    { id: 'canary', type: 'canary' },
    { id: 'us', type: 'deploy' },
  ]
  return {
    id,
    definition: { name: 'checkout', application: 'shop', stages } as unknown as ExecutionInput['definition'],
    revision: 'abc123',
    definitionHash: 'def456',
    parameters: { version: '1.4.2' },
    trigger: { type: 'api', by: 'ci' },
    createdAt: '2026-03-01T10:00:00.000Z',
    attempt: 1,
    retryOf: null,
    rollbackOf: null,
  }
}

export function request(id = 'checkout-1', key = 'key-1'): StartRequest {
  return { principal: 'ci', idempotencyKey: key, bodyHash: 'hash', input: input(id) }
}

export function event(execution: string, sequence: number): ExecutionEvent {
  const second = String(sequence % 60).padStart(2, '0')
  return {
    execution,
    sequence,
    at: `2026-03-01T10:00:${second}.125Z`,
    kind: 'stage.status',
    stage: 'canary',
    data: { status: 'running', weight: 5 },
  }
}

export function batch(
  execution: string,
  sequence: number,
  change: Partial<Execution> = {},
): RecordBatch & { snapshot: Execution } {
  const { definition, ...started } = input(execution)
  const snapshot: Execution = {
    ...started,
    pipeline: definition.name,
    application: definition.application,
    status: 'running',
    endedAt: null,
    reason: null,
    position: 0,
    stages: [],
    ...change,
  }
  const events = Array.from({ length: Math.min(sequence, 3) }, (_, index) =>
    event(execution, sequence - index),
  ).reverse()
  return { snapshot, sequence, events, evidence: [] }
}

export function at(sent: RecordBatch & { snapshot: Execution }, second: number): RecordBatch {
  return { ...sent, snapshot: { ...sent.snapshot, createdAt: `2026-03-01T10:00:0${second}.000Z` } }
}

export function evidence(execution: string, stage: string, look: number): StoredEvidence {
  return {
    execution,
    stage,
    look,
    metric: 'errors',
    from: '2026-03-01T10:00:00.000Z',
    to: '2026-03-01T10:00:10.000Z',
    weights: { stable: 90, baseline: 5, canary: 5 },
    provider: 'router',
    query: 'errors of checkout',
    state: 'ok',
    baseline: { bad: 1, total: 100 },
    canary: { bad: 7, total: 100 },
    exposure: null,
  }
}

export function entry(change: Partial<AuditEntry> = {}): AuditEntry {
  return {
    at: '2026-03-01T10:00:00.000Z',
    actor: 'ada',
    action: 'execution.rollback',
    subject: 'execution:checkout-1',
    outcome: 'allowed',
    data: {},
    ...change,
  }
}
