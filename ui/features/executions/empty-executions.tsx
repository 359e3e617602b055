import type { PipelineSummary } from '../../../api/contract/pipelines.ts'
import { Link } from '../../router/link.tsx'
import { paths } from '../../router/routes.ts'
import styles from './empty-executions.module.css'
import { usePipelines } from './queries.ts'

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
  const pipelines = usePipelines()
  const [first] = pipelines
  return (
    <>
      <h2>Nothing has run yet</h2>
      {first ? (
        <>
          <p>Start the first execution from a terminal; it appears here at once.</p>
          <pre className={styles.command}>
            <code>{commandFor(first)}</code>
          </pre>
          <p className={styles.more}>This server knows {listed(pipelines.map(({ name }) => name))}.</p>
        </>
      ) : (
        <p className={styles.more}>
          This server knows no pipeline that can run. Write one as YAML into a directory that <code>slipway.yaml</code>{' '}
          names under <code>pipelines</code>, and check it with <code>slipway validate FILE</code>.
        </p>
      )}
    </>
  )
}

/** With every parameter that has to be given. */
function commandFor({ name, parameters }: PipelineSummary): string {
  const required = Object.keys(parameters).filter(parameter => parameters[parameter]?.default === undefined)
  return ['slipway run', name, ...required.map(parameter => `-p ${parameter}=VALUE`)].join(' ')
}

function listed(names: string[]): string {
  const shown = names.slice(0, 5)
  const more = names.length - shown.length
  return new Intl.ListFormat('en').format(more > 0 ? [...shown, `${more} more`] : shown)
}
