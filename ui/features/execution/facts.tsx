import type { Execution } from '../../../pipeline/execution.ts'
import { Ago, Took } from '../../kit/time.tsx'
import { Link } from '../../router/link.tsx'
import { executionPath, paths, withSearch } from '../../router/routes.ts'
import { shortRevision } from '../executions/summary.ts'
import styles from './facts.module.css'

/** Why it stands as it does, and where it came from, in two lines. */
export function Facts({ execution }: { execution: Execution }) {
  const { application, pipeline, revision, trigger, createdAt, endedAt, reason, rollbackOf, retryOf } = execution
  return (
    <div className={styles.facts}>
      {reason && <p className={styles.reason}>{reason}</p>}
      <ul className={styles.line}>
        <li>
          <Link to={withSearch(paths.executions, { application })}>{application}</Link>
          {' / '}
          <Link to={withSearch(paths.executions, { pipeline })}>{pipeline}</Link>
        </li>
        <li>
          revision <code title={revision}>{shortRevision(revision)}</code>
        </li>
        <li>
          by {trigger.by} ({trigger.type})
        </li>
        <li>
          started <Ago at={createdAt} />
        </li>
        <li>
          {endedAt === null ? 'running for' : 'took'} <Took from={createdAt} to={endedAt} />
        </li>
        {rollbackOf && (
          <li>
            takes back <Link to={executionPath(rollbackOf)}>{rollbackOf}</Link>
          </li>
        )}
        {retryOf && (
          <li>
            tries again <Link to={executionPath(retryOf)}>{retryOf}</Link>
          </li>
        )}
      </ul>
    </div>
  )
}
