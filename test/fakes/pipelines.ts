import type { Release } from '../../pipeline/release.ts'
import type { ReleaseTemplate } from '../../pipeline/schema/release.ts'
import type { Stage, StageOf } from '../../pipeline/schema/stage.ts'
import type { ExecutionInput } from '../../store/store.ts'

export const v1: Release = { version: '1.0.0', command: ['run', '1'] }
export const v2: Release = { version: '2.0.0', command: ['run', '2'] }

/** As a definition has it. */
export function asTemplate(release: Release): ReleaseTemplate {
  return structuredClone(release) as ReleaseTemplate
}

type Canary = StageOf<'canary'>

/** A canary of two steps with a look every second. */
export function canaryStage(change: Partial<Canary> = {}): Canary {
  return {
    id: 'canary',
    type: 'canary',
    target: 'eu',
    service: 'checkout',
    release: asTemplate(v2),
    baseline: 'fresh',
    steps: [
      { weight: 10, for: 20_000 },
      { weight: 50, for: 20_000 },
    ],
    analysis: {
      interval: 1_000,
      warmUp: 0,
      delay: 0,
      judge: { type: 'sequential', falseAlarm: 0.01 },
      metrics: [{ preset: 'http', slow: 500, margin: 0.01 }],
      guardrails: [],
    },
    onPass: 'next',
    onVerdict: { fail: 'rollback', insufficient: 'hold', errored: 'rollback' },
    maxHold: 60_000,
    ...change,
  }
}

export function deployStage(id: string, change: Partial<StageOf<'deploy'>> = {}): StageOf<'deploy'> {
  return { id, type: 'deploy', target: 'eu', service: id, release: asTemplate(v2), strategy: 'rolling', ...change }
}

export function waitStage(id: string, change: Partial<StageOf<'wait'>> = {}): StageOf<'wait'> {
  return { id, type: 'wait', for: 1_000, ...change }
}

export function runOf(stages: Stage[], id = 'shop-1'): ExecutionInput {
  return {
    id,
    definition: { name: 'shop', application: 'shop', stages },
    revision: 'abc',
    definitionHash: 'def',
    parameters: {},
    trigger: { type: 'api', by: 'ann' },
    createdAt: '2026-01-01T00:00:00.000Z',
    attempt: 1,
    retryOf: null,
    rollbackOf: null,
  }
}

/** A canary with a look every 200 ms, for tests in which time is real. */
export function quickCanary(change: Partial<Canary> = {}): Canary {
  const steps = [
    { weight: 10, for: 4_000 },
    { weight: 50, for: 4_000 },
  ]
  const stage = canaryStage({ steps, maxHold: 10_000, ...change })
  return { ...stage, analysis: { ...stage.analysis, interval: 200 } }
}
