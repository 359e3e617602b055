import type { PendingActivity } from '../../../api/contract/execution.ts'
import { icons } from '../../kit/icons.tsx'
import styles from './pending-notice.module.css'

/** Work that has failed and is tried again: why a run does not move. Nothing while all goes well. */
export function PendingNotice({ pending }: { pending: readonly PendingActivity[] }) {
  const stuck = pending.filter(({ attempt, lastFailure }) => attempt > 1 && lastFailure !== null)
  if (stuck.length === 0) return null
  return (
    <div className={styles.notice}>
      <icons.warning size={18} />
      <ul>
        {stuck.map(({ workflow, name, attempt, lastFailure }) => (
          <li key={`${workflow} ${name}`}>
            <strong>{name}</strong> has not worked yet, attempt {attempt}: {lastFailure}
          </li>
        ))}
      </ul>
    </div>
  )
}
