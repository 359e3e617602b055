import type { PipelineDetail } from '../../../api/contract/pipelines.ts'
import { icons } from '../../kit/icons.tsx'
import { shortRevision } from '../executions/summary.ts'
import styles from './pipeline-page.module.css'

/** A newer version that is not in force, with what is wrong with it; nothing when there is none. */
export function RefusedNotice({ refused }: Pick<PipelineDetail, 'refused'>) {
  if (!refused) return null
  return (
    <div className={styles.refused} role="note">
      <p>
        <icons.warning /> The newer version <code title={refused.revision}>{shortRevision(refused.revision)}</code> is
        not in force, because it is not valid. Runs get the last good one.
      </p>
      <ul>
        {refused.problems.map(({ line, column, message }) => (
          <li key={`${line} ${column} ${message}`}>
            {line !== null && <code>{`${line}:${column} `}</code>}
            {message}
          </li>
        ))}
      </ul>
    </div>
  )
}
