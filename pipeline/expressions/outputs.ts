import type { StageType } from '../schema/stage.ts'

/** Types as expressions know them; `Release` has the fields of `pipeline/release.ts`. */
export type FieldType =
  | 'string'
  | 'double'
  | 'bool'
  | 'Release'
  | 'list<string>'
  | 'map<string, string>'
  | 'map<string, dyn>'

/**
 * What later stages may read of a stage that succeeded; `previousRelease` is null when nothing ran before. A stage type
 * without a line here does not compile.
 */
export const stageOutputs = {
  canary: { verdict: 'string', release: 'Release', previousRelease: 'Release' },
  deploy: { release: 'Release', previousRelease: 'Release', preview: 'string' },
  judgment: { decision: 'string', by: 'list<string>', inputs: 'map<string, dyn>' },
  notify: {},
  pipeline: { execution: 'string', status: 'string' },
  promote: { release: 'Release', previousRelease: 'Release' },
  rollback: { release: 'Release', previousRelease: 'Release' },
  run: { exitCode: 'double', log: 'string' },
  scale: { instances: 'double', previousInstances: 'double' },
  verify: { checks: 'list<string>' },
  wait: {},
  webhook: { status: 'double', answer: 'string', state: 'string' },
} as const satisfies Record<StageType, Readonly<Record<string, FieldType>>>

export const triggerFields = { type: 'string', by: 'string', detail: 'string' } as const

export const executionFields = {
  id: 'string',
  pipeline: 'string',
  application: 'string',
  revision: 'string',
  attempt: 'double',
} as const

export const releaseFields = {
  version: 'string',
  image: 'string',
  digest: 'string',
  command: 'list<string>',
  config: 'list<string>',
  env: 'map<string, string>',
} as const satisfies Record<string, FieldType>
