import { memo } from 'react'
import type { Execution } from '../../../pipeline/execution.ts'
import { StatusMark } from '../../kit/status-mark.tsx'
import { Ago, Took } from '../../kit/time.tsx'
import { CanaryWeight } from '../../kit/weight-bar.tsx'
import { Link } from '../../router/link.tsx'
import { executionPath } from '../../router/routes.ts'
import { lengthOf } from '../../words/time.ts'
import { labels, type Steering } from '../steering/steering.ts'
import styles from './execution-table.module.css'
import { type ExecutionFilter, filterPath } from './filter.ts'
import { phaseOf, shortId, shortRevision, stageInFocus, versionOf, weightsOf } from './summary.ts'
import { isLong } from './usual.ts'

export interface ExecutionRowProps {
  execution: Execution
  filter: ExecutionFilter
  index: number
  /** Milliseconds that runs of the pipeline take; undefined while nobody knows. */
  usual: number | undefined
  /** What can be done to it now. */
  acts: readonly Steering[]
  onAct: (act: Steering, execution: Execution) => void
  measure: (row: HTMLElement | null) => void
}

/** One execution in the list. */
export const ExecutionRow = memo(function ExecutionRow(props: ExecutionRowProps) {
  const { execution, filter, index, usual, acts, onAct, measure } = props
  const { id, pipeline, application, status, revision, trigger, createdAt } = execution
  const weights = weightsOf(execution)
  return (
    <tr
      data-status={status}
      data-active={execution.endedAt === null || undefined}
      data-index={index}
      ref={measure}
      aria-rowindex={index + 2}
    >
      <td className={styles.status}>
        <StatusMark status={status} />
      </td>
      <th scope="row" className={styles.name}>
        <Link to={executionPath(id)} data-row={id} className={styles.open}>
          {pipeline}
        </Link>
        <span className={styles.second}>
          <Link to={filterPath(filter, { application })} title={`Only ${application}`}>
            {application}
          </Link>{' '}
          <span className={styles.id}>{shortId(execution)}</span>
        </span>
      </th>
      <td className={styles.release}>
        <code>{versionOf(execution) ?? '–'}</code>
        <span className={styles.second} title={`Definition at ${revision}`}>
          at <span className={styles.id}>{shortRevision(revision)}</span>
        </span>
      </td>
      <td className={styles.now}>
        <Now execution={execution} />
      </td>
      <td className={styles.canary} data-empty={weights === null || undefined}>
        {weights && <CanaryWeight weights={weights} />}
      </td>
      <td className={styles.trigger}>
        {trigger.by}
        <span className={styles.second}>{trigger.type}</span>
      </td>
      <td className={styles.started}>
        <Ago at={createdAt} />
      </td>
      <td className={styles.took}>
        <Duration execution={execution} usual={usual} />
      </td>
      <td className={styles.acts} data-empty={acts.length === 0 || undefined}>
        {acts.map(act => (
          <button
            key={act}
            type="button"
            className={styles.act}
            onClick={() => onAct(act, execution)}
            aria-label={`${labels[act]} ${id}`}
          >
            {labels[act]}
          </button>
        ))}
      </td>
    </tr>
  )
})

/** The stage that is under way and what it does; of an ended run why it ended as it did. */
function Now({ execution }: { execution: Execution }) {
  if (execution.endedAt !== null) return <span className={styles.reason}>{execution.reason}</span>
  const stage = stageInFocus(execution)
  if (stage === null) return null
  return (
    <>
      {stage.id}
      <span className={styles.second}>{execution.reason ?? phaseOf(stage) ?? stage.type}</span>
    </>
  )
}

function Duration({ execution, usual }: { execution: Execution; usual: number | undefined }) {
  const { createdAt, endedAt } = execution
  const took = endedAt === null ? null : Date.parse(endedAt) - Date.parse(createdAt)
  return (
    <>
      <Took from={createdAt} to={endedAt} />
      {usual !== undefined && (
        <span
          className={styles.second}
          data-long={(took !== null && isLong(took, usual)) || undefined}
          title="The median of the listed runs that succeeded"
        >
          usually {lengthOf(usual)}
        </span>
      )}
    </>
  )
}
