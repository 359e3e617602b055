import { StatusMark } from '../../kit/status-mark.tsx'
import { Took } from '../../kit/time.tsx'
import type { Attempt } from './attempts-of.ts'
import styles from './stage-panel.module.css'

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
