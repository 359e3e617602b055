import type { Execution, StageState } from '../../pipeline/execution.ts'
import type { ExecutionStatus } from '../../pipeline/statuses.ts'
import { isFinal } from '../../pipeline/statuses.ts'
import type { Command } from './schedule.ts'
import { starter } from './schedule.ts'

/** What has to become of a command, as far as it can be known. */
export type Expected = 'accepted' | 'refused' | 'either'

/**
 * The reference: all that a run has to remember of what people said, and what follows from it. It is told what was
 * accepted and sees what everyone sees of a run; it knows nothing of how the engine works.
 */
export interface Model {
  expect(command: Command, seen: Execution): Expected
  accepted(command: Command, seen: Execution): void
  /** How the run may have ended. */
  mayEnd(status: ExecutionStatus, stages: readonly StageState[]): boolean
}

export function createModel(): Model {
  let asked: 'cancel' | 'rollback' | null = null
  let paused = false
  let rejected = false
  const approvals = new Set<string>()

  /** Something has ended the run already, or may be about to. */
  const mayBeEnding = ({ stages }: Execution) =>
    asked !== null || stages.some(({ status }) => isBad(status) || status === 'rolling-back')

  const judged = (command: Command, seen: Execution): Expected => {
    const stage = seen.stages.find(({ type }) => type === 'judgment')
    if (stage?.status !== 'waiting') return stage === undefined || isFinal(stage.status) ? 'refused' : 'either'
    if (rejected || approvals.size >= 2) return 'refused'
    if (mayBeEnding(seen)) return 'either'
    if (command.what === 'reject') return 'accepted'
    return command.by === starter || approvals.has(command.by) ? 'refused' : 'accepted'
  }

  return {
    expect(command, seen) {
      const { what } = command
      if (what === 'kill-worker' || what === 'trigger-again') return 'accepted'
      if (what === 'cancel' || what === 'rollback') return isFinal(seen.status) ? 'either' : 'accepted'
      if (what === 'retry') return isFinal(seen.status) ? 'either' : 'refused'
      if (isFinal(seen.status)) return 'refused'
      if (what === 'approve' || what === 'reject') return judged(command, seen)
      if (what === 'pause') return paused && !mayBeEnding(seen) ? 'refused' : mayBeEnding(seen) ? 'either' : 'accepted'
      if (what === 'resume') return !paused ? 'refused' : mayBeEnding(seen) ? 'either' : 'accepted'
      if (what === 'skip') return seen.stages.some(isWaiting) ? 'either' : 'refused'
      return seen.stages.some(isCanary) ? 'either' : 'refused'
    },

    accepted({ what, by }, seen) {
      if (isFinal(seen.status)) return
      if (what === 'pause') paused = true
      if (what === 'resume') paused = false
      if (what === 'approve') approvals.add(by)
      if (what === 'reject') rejected = true
      if (what === 'cancel') asked ??= 'cancel'
      if (what === 'rollback') asked = 'rollback'
    },

    mayEnd(status, stages) {
      const bad = stages.some(stage => isBad(stage.status))
      if (status === 'errored') return stages.some(stage => stage.status === 'errored')
      if (status === 'succeeded') return !rejected && (asked === null || !bad)
      if (status === 'rejected') return stages.some(stage => stage.status === 'rejected')
      if (status === 'canceled') return asked === 'cancel'
      if (status === 'rolled-back') return asked === 'rollback' || stages.some(stage => stage.status === 'rolled-back')
      return stages.some(stage => stage.status === 'failed')
    },
  }
}

function isBad(status: StageState['status']): boolean {
  return isFinal(status) && status !== 'succeeded' && status !== 'skipped'
}

function isWaiting({ type, status }: StageState): boolean {
  return type === 'wait' && !isFinal(status) && status !== 'pending'
}

function isCanary({ type, status }: StageState): boolean {
  return type === 'canary' && !isFinal(status) && status !== 'pending'
}
