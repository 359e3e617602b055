import type { StoredEvent } from '../../../pipeline/execution.ts'
import { isFinal, type StageStatus } from '../../../pipeline/statuses.ts'

export interface Attempt {
  number: number
  startedAt: string
  endedAt: string | null
  status: StageStatus
  reason: string | null
}

/**
 * Every attempt at a stage, oldest first, read off its events: a retry does not overwrite what was before it. Between two
 * attempts the stage is queued again, and says how the one before ended.
 */
export function attemptsOf(events: readonly StoredEvent[], stage: string): Attempt[] {
  const attempts: Attempt[] = []
  for (const { kind, stage: own, at, data } of events) {
    if (kind !== 'stage.status' || own !== stage) continue
    const status = data.status as StageStatus
    const reason = typeof data.reason === 'string' ? data.reason : null
    const open = attempts.at(-1)?.endedAt === null ? attempts.at(-1)! : null
    if (open === null && status === 'running')
      attempts.push({ number: attempts.length + 1, startedAt: at, endedAt: null, status, reason: null })
    if (open !== null && status === 'queued') Object.assign(open, { status: 'failed', reason, endedAt: at })
    if (open !== null && status !== 'queued')
      Object.assign(open, { status, reason, endedAt: isFinal(status) ? at : null })
  }
  return attempts
}
