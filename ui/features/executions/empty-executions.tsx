import { Link } from '../../router/link.tsx'
import { paths } from '../../router/routes.ts'
import styles from './empty-executions.module.css'
import { usePipelineNames } from './queries.ts'

/** What to do when there is nothing to see. */
export function EmptyExecutions({ filtered }: { filtered: boolean }) {
  return <div className={styles.empty}>{filtered ? <NothingFits /> : <NothingYet />}</div>
}

function NothingFits() {
  return (
    <>
      <h2>No execution fits these filters</h2>
      <p>
        <Link to={paths.executions}>Show all executions</Link>
      </p>
    </>
  )
}

function NothingYet() {
  const names = usePipelineNames()
  const name = names[0] ?? 'PIPELINE'
  return (
    <>
      <h2>Nothing has run yet</h2>
      <p>Start the first execution from a terminal; it appears here at once.</p>
      <pre className={styles.command}>
        <code>slipway run {name}</code>
      </pre>
      <p className={styles.more}>
        {names.length > 0 ? (
          <>
            This server knows {names.length === 1 ? 'one pipeline' : `${names.length} pipelines`}:{' '}
            {names.slice(0, 5).join(', ')}
            {names.length > 5 && ' and more'}. Parameters go as <code>-p version=1.4.2</code>.
          </>
        ) : (
          <>
            This server knows no pipeline so far. Write one as YAML into a directory that <code>slipway.yaml</code>{' '}
            names under <code>pipelines</code>, and check it with <code>slipway validate FILE</code>.
          </>
        )}
      </p>
    </>
  )
}
