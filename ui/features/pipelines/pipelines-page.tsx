import type { PipelineSummary } from '../../../api/contract/pipelines.ts'
import { icons } from '../../kit/icons.tsx'
import { Page } from '../../kit/page.tsx'
import { ProblemNotice } from '../../kit/problem-notice.tsx'
import { Link } from '../../router/link.tsx'
import { paths, pipelinePath, withSearch } from '../../router/routes.ts'
import styles from './pipelines-page.module.css'
import { useAllPipelines } from './queries.ts'

/** Every pipeline the server knows; those with something invalid first, since somebody has to mend them. */
export function PipelinesPage() {
  const { data, error, refetch } = useAllPipelines()
  return (
    <Page title="Pipelines" heading="Pipelines">
      {error && <ProblemNotice what="The pipelines could not be loaded." error={error} onRetry={() => refetch()} />}
      {data && data.items.length === 0 && <NoPipelines />}
      {data && data.items.length > 0 && (
        <ul className={styles.list}>
          {inOrder(data.items).map(pipeline => (
            <Entry key={`${pipeline.source} ${pipeline.name}`} pipeline={pipeline} />
          ))}
        </ul>
      )}
      {!data && !error && <p>Loading…</p>}
    </Page>
  )
}

function Entry({ pipeline }: { pipeline: PipelineSummary }) {
  const { name, application, description, source, valid, problems, refused, stages } = pipeline
  return (
    <li className={styles.entry} data-broken={!valid || undefined}>
      <h2 className={styles.name}>
        <Link to={pipelinePath(name)}>{name}</Link>
        {application !== null && <span className={styles.application}>{application}</span>}
      </h2>
      {description !== null && <p className={styles.description}>{description}</p>}
      {!valid && (
        <p className={styles.problem}>
          <icons.warning /> Cannot run:{' '}
          {problems.length === 1 ? problems[0]!.message : `${problems.length} problems in ${source}`}
        </p>
      )}
      {valid && refused && (
        <p className={styles.problem}>
          <icons.warning /> A newer version is not in force: {refused.problems[0]?.message ?? 'it is not valid'}
        </p>
      )}
      <ul className={styles.stages} aria-label={`Stages of ${name}`}>
        {stages.slice(0, shown).map(({ id, type }) => (
          <li key={id} title={type}>
            {id}
          </li>
        ))}
        {stages.length > shown && <li>{stages.length - shown} more</li>}
      </ul>
      <p className={styles.second}>
        <code>{source}</code>
        <Link to={withSearch(paths.executions, { pipeline: name })}>
          Executions<span className="sr"> of {name}</span>
        </Link>
      </p>
    </li>
  )
}

/** Stages named in the list; the graph has them all. */
const shown = 8

function NoPipelines() {
  return (
    <div className={styles.empty}>
      <h2>This server knows no pipeline</h2>
      <p>
        Write one as YAML into a place that <code>slipway.yaml</code> names under <code>pipelines</code>, and check it
        with <code>slipway validate FILE</code>.
      </p>
    </div>
  )
}

function inOrder(pipelines: readonly PipelineSummary[]): PipelineSummary[] {
  const isWhole = ({ valid, refused }: PipelineSummary) => Number(valid && refused === null)
  return [...pipelines].sort((a, b) => isWhole(a) - isWhole(b) || (a.name < b.name ? -1 : 1))
}
