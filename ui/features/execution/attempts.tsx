import type { StoredEvent } from '../../../pipeline/execution.ts'
import { isFinal, type StageStatus } from '../../../pipeline/statuses.ts'
import { StatusMark } from '../../kit/status-mark.tsx'
import { Took } from '../../kit/time.tsx'
import styles from './stage-panel.module.css'

export interface Attempt {
  number: number
  startedAt: string
  endedAt: string | null
  status: StageStatus
  reason: string | null
}

/** Every attempt at a stage, oldest first, read off its events: a retry does not overwrite what was before it. */
export function attemptsOf(events: readonly StoredEvent[], stage: string): Attempt[] {
  const attempts: Attempt[] = []
  for (const { kind, stage: own, at, data } of events) {
    if (kind !== 'stage.status' || own !== stage) continue
    const status = data.status as StageStatus
    const open = attempts.at(-1)
    const begins = status === 'running' && (open === undefined || open.endedAt !== null || data.attempt !== undefined)
    if (begins && (open === undefined || data.attempt === undefined || data.attempt !== open.number)) {
      if (open !== undefined && open.endedAt === null) Object.assign(open, { endedAt: at, status: 'failed' })
      const number = typeof data.attempt === 'number' ? data.attempt : attempts.length + 1
      attempts.push({ number, startedAt: at, endedAt: null, status, reason: null })
      continue
    }
    if (open === undefined) continue
    const reason = typeof data.reason === 'string' ? data.reason : null
    Object.assign(open, { status, reason, endedAt: isFinal(status) ? at : null })
  }
  return attempts
}

/** Earlier attempts at a stage and how each ended; nothing while there was one only. */
export function Attempts({ attempts }: { attempts: readonly Attempt[] }) {
  if (attempts.length < 2) return null
  return (
    <ol className={styles.attempts} aria-label="Attempts">
      {attempts.map(({ number, startedAt, endedAt, status, reason }) => (
        <li key={startedAt}>
          <span>attempt {number}</span>
          <StatusMark status={status} />
          <Took from={startedAt} to={endedAt} />
          {reason && <span className={styles.quiet}>{reason}</span>}
        </li>
      ))}
    </ol>
  )
}
