import { Panel } from '../../kit/panel.tsx'
import { ProblemNotice } from '../../kit/problem-notice.tsx'
import { StatusMark } from '../../kit/status-mark.tsx'
import { Ago } from '../../kit/time.tsx'
import { Link } from '../../router/link.tsx'
import { executionPath } from '../../router/routes.ts'
import { shortId, versionOf } from '../executions/summary.ts'
import styles from './pipeline-page.module.css'
import { useNewestRuns } from './queries.ts'

/** How the pipeline went lately. */
export function NewestRuns({ pipeline }: { pipeline: string }) {
  const { data, error, refetch } = useNewestRuns(pipeline)
  return (
    <Panel title="Newest executions">
      {error && <ProblemNotice what="The executions could not be loaded." error={error} onRetry={() => refetch()} />}
      {data?.items.length === 0 && <p className={styles.none}>It has not run yet.</p>}
      <ul className={styles.runs}>
        {data?.items.map(execution => (
          <li key={execution.id} className={styles.run}>
            <StatusMark status={execution.status} />
            <Link to={executionPath(execution.id)}>{versionOf(execution) ?? shortId(execution)}</Link>
            <Ago at={execution.createdAt} />
          </li>
        ))}
      </ul>
    </Panel>
  )
}
