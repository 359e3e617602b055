import type { ExecutionInput } from '../../store/store.ts'

/** A run of a pipeline without any target. */
export function fakeInput(id: string, pipeline: string): ExecutionInput {
  return {
    id,
    definition: { name: pipeline, application: 'store', stages: [{ id: 'nap', type: 'wait', for: 1_000 }] },
    revision: 'r',
    definitionHash: 'h',
    parameters: {},
    trigger: { type: 'api', by: 'local' },
    createdAt: '2026-01-01T00:00:00.000Z',
    attempt: 1,
    retryOf: null,
    rollbackOf: null,
  }
}
