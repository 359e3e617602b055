import type { Execution } from '../../../pipeline/execution.ts'
import { StatusMark } from '../../kit/status-mark.tsx'
import { Ago, Took } from '../../kit/time.tsx'
import { CanaryWeight } from '../../kit/weight-bar.tsx'
import { Link } from '../../router/link.tsx'
import { executionPath } from '../../router/routes.ts'
import styles from './execution-table.module.css'
import { type ExecutionFilter, filterPath } from './filter.ts'
import { phaseOf, shortId, stageInFocus, versionOf, weightsOf } from './summary.ts'

interface ExecutionTableProps {
  executions: readonly Execution[]
  filter: ExecutionFilter
}

/** A table for those who listen, a grid for the eye: on narrow screens every row becomes a card. */
export function ExecutionTable({ executions, filter }: ExecutionTableProps) {
  return (
    <table className={styles.table}>
      <thead>
        <tr>
          <th scope="col">Status</th>
          <th scope="col">Pipeline</th>
          <th scope="col">Release</th>
          <th scope="col">Now</th>
          <th scope="col">Canary</th>
          <th scope="col">Trigger</th>
          <th scope="col">Started</th>
          <th scope="col">Took</th>
        </tr>
      </thead>
      <tbody>
        {executions.map(execution => (
          <Row key={execution.id} execution={execution} filter={filter} />
        ))}
      </tbody>
    </table>
  )
}

function Row({ execution, filter }: { execution: Execution; filter: ExecutionFilter }) {
  const { id, pipeline, application, status, trigger, createdAt, endedAt } = execution
  const weights = weightsOf(execution)
  return (
    <tr data-status={status}>
      <td className={styles.status}>
        <StatusMark status={status} />
      </td>
      <th scope="row" className={styles.name}>
        <Link to={executionPath(id)} data-row className={styles.open}>
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
        <Took from={createdAt} to={endedAt} />
      </td>
    </tr>
  )
}

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
