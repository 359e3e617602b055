import type { ExecutionStatus, StageStatus } from '../pipeline/statuses.ts'

/** What people asked of a run. */
export type Asked = 'cancel' | 'rollback' | null

/** What a stage may say about the whole run while it goes on; the first one that any stage has. */
const telling = ['rolling-back', 'held', 'waiting'] as const satisfies readonly ExecutionStatus[]

/** How a stage may end, the gravest first. */
const grave = ['errored', 'rolled-back', 'failed', 'rejected', 'canceled'] as const satisfies readonly ExecutionStatus[]

/** The one status of a run that has not ended. */
export function runningStatus(stages: readonly StageStatus[], paused: boolean): ExecutionStatus {
  return telling.find(status => stages.includes(status)) ?? (paused ? 'paused' : 'running')
}

/**
 * The one status of a run that has ended, from those of its stages and what was asked of it.
 *
 * `errored` comes first: what could not be told, or not be undone, must not hide behind what people asked for.
 */
export function endStatus(stages: readonly StageStatus[], asked: Asked): ExecutionStatus {
  if (stages.includes('errored')) return 'errored'
  if (asked === 'rollback') return 'rolled-back'
  // A cancel that came too late to stop anything changes nothing.
  if (asked === 'cancel' && !stages.every(status => status === 'succeeded')) return 'canceled'
  return grave.find(status => stages.includes(status)) ?? 'succeeded'
}
