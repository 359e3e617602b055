import type { Execution } from '../../../pipeline/execution.ts'
import type { Pipeline } from '../../../pipeline/schema/pipeline.ts'
import { VerdictMark } from '../../kit/verdict-mark.tsx'
import { Link } from '../../router/link.tsx'
import { executionPath, withSearch } from '../../router/routes.ts'
import { versionOf } from '../executions/summary.ts'
import { useTargets } from '../targets/queries.ts'
import { type Change, canariesBefore, changesAfter } from './changes.ts'
import styles from './judgment-dialog.module.css'

interface ChangesProps {
  execution: Execution
  definition: Pipeline | null
  stage: string
}

/** What an approval lets through: which release goes where, what runs there now, and what the canaries before said. */
export function Changes({ execution, definition, stage }: ChangesProps) {
  const targets = useTargets().data?.items ?? []
  const version = versionOf(execution)
  const stableOf = ({ target, service }: Change) =>
    targets
      .find(({ name }) => name === target)
      ?.services.find(({ name }) => name === service)
      ?.clusters.find(({ role }) => role === 'stable')?.version
  return (
    <>
      <ul className={styles.changes} aria-label="What changes">
        {changesAfter(definition, stage).map(change => (
          <li key={change.stage}>
            <strong>{change.service}</strong> on <strong>{change.target}</strong> <code>{stableOf(change) ?? '?'}</code>{' '}
            → <code>{version ?? '?'}</code> <span className={styles.quiet}>({change.stage})</span>
          </li>
        ))}
        {changesAfter(definition, stage).length === 0 && (
          <li>
            The run goes on: <code>{version ?? execution.id}</code>
          </li>
        )}
      </ul>
      {canariesBefore(execution, definition, stage).map(canary => (
        <p key={canary.stage} className={styles.canary}>
          <Link to={withSearch(executionPath(execution.id), { stage: canary.stage })}>{canary.stage}</Link>
          {canary.verdict && <VerdictMark verdict={canary.verdict} />}
          {canary.reason && <span className={styles.quiet}>{canary.reason}</span>}
        </p>
      ))}
    </>
  )
}
