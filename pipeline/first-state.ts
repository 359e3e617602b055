import type { StageState } from './execution.ts'

/** What an earlier attempt did already, by stage: it is not done again. */
export type Reused = Readonly<Record<string, ReusedStage>>

export type ReusedStage = Pick<StageState, 'startedAt' | 'endedAt' | 'outputs'> & { from: string }

/** Of a stage before the run begins. */
export function firstState({ id, type }: { id: string; type: string }, reused: Reused = {}): StageState {
  const pending = { startedAt: null, endedAt: null, reason: null, outputs: {}, progress: null }
  if (!Object.hasOwn(reused, id)) return { id, type, status: 'pending', attempt: 1, ...pending }
  const { from, ...before } = reused[id]!
  const state = { ...pending, ...before, reason: `done in ${from}`, reusedFrom: from }
  return { id, type, status: 'succeeded', attempt: 1, ...state }
}
