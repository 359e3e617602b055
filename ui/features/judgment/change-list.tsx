import type { Execution } from '../../../pipeline/execution.ts'
import type { Pipeline } from '../../../pipeline/schema/pipeline.ts'
import { VerdictMark } from '../../kit/verdict-mark.tsx'
import { Link } from '../../router/link.tsx'
import { executionPath, withSearch } from '../../router/routes.ts'
import { usePrevious } from '../execution/queries.ts'
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
            <strong>{change.service}</strong> on <strong>{change.target}</strong>{' '}
            <code>{stableOf(change) ?? 'unknown'}</code> → <code>{version ?? 'unknown'}</code>{' '}
            <span className={styles.quiet}>
              by {change.stage}
              {change.config.length > 0 && `, with the configuration ${change.config.join(', ')}`}
            </span>
          </li>
        ))}
        {changesAfter(definition, stage).length === 0 && (
          <li>
            The run goes on: <code>{version ?? execution.id}</code>
          </li>
        )}
      </ul>
      <DefinitionChange execution={execution} />
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

/** Whether the pipeline itself is another one than in the run before. */
function DefinitionChange({ execution }: { execution: Execution }) {
  const { data: previous } = usePrevious(execution)
  if (previous === undefined) return null
  const path = executionPath(execution.id)
  if (previous === null) return <p className={styles.quiet}>It is the first run of this pipeline.</p>
  if (previous.definitionHash === execution.definitionHash)
    return <p className={styles.quiet}>The definition is the same as in the run before.</p>
  return (
    <p className={styles.against} role="note">
      The definition is not that of the run before: compare them on <Link to={path}>the page of the run</Link>.
    </p>
  )
}
