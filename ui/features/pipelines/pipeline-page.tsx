import { Button } from '@mantine/core'
import { useState } from 'react'
import { ApiProblem } from '../../../api/client/errors.ts'
import type { PipelineDetail } from '../../../api/contract/pipelines.ts'
import { LazyGraph } from '../../graph/lazy-graph.tsx'
import { Page } from '../../kit/page.tsx'
import { Panel } from '../../kit/panel.tsx'
import { ProblemNotice } from '../../kit/problem-notice.tsx'
import { Link } from '../../router/link.tsx'
import { usePlace } from '../../router/location.ts'
import { paths, pipelinePath, withSearch } from '../../router/routes.ts'
import { NotFound } from '../../shell/not-found.tsx'
import { shortRevision } from '../executions/summary.ts'
import { useMay } from '../session/queries.ts'
import { NewestRuns } from './newest-runs.tsx'
import styles from './pipeline-page.module.css'
import { usePipeline } from './queries.ts'
import { RefusedNotice } from './refused-notice.tsx'
import { RunDialog } from './run-dialog.tsx'
import { SimulationPanel } from './simulation/simulation-panel.tsx'
import { StageTable } from './stage-table.tsx'
import { TextPanel } from './text-panel.tsx'
import { VersionsPanel } from './versions/versions-panel.tsx'

/** One pipeline: its graph, its text with what is wrong in it, its newest runs, what a run would do, its versions, and the way to start one. */
export function PipelinePage({ name }: { name: string }) {
  const { data: pipeline, error, refetch } = usePipeline(name)
  if (pipeline) return <Loaded key={pipeline.revision} pipeline={pipeline} />
  if (error instanceof ApiProblem && (error.kind === 'not-found' || error.kind === 'invalid-request'))
    return <NotFound>There is no pipeline {name}, or you may not see it.</NotFound>
  return (
    <Page title={name} heading={name}>
      {error ? (
        <ProblemNotice what="The pipeline could not be loaded." error={error} onRetry={() => refetch()} />
      ) : (
        <p>Loading…</p>
      )}
    </Page>
  )
}

function Loaded({ pipeline }: { pipeline: PipelineDetail }) {
  const [running, setRunning] = useState(false)
  const may = useMay('execution:start')
  const chosen = usePlace().search.get('stage')
  const [draft, setDraft] = useState<string | null>(null)
  const { name, application, description, source, revision, valid, stages, text, refused } = pipeline
  return (
    <Page
      title={name}
      heading={name}
      aside={
        may && (
          <Button onClick={() => setRunning(true)} disabled={!valid}>
            Run…
          </Button>
        )
      }
    >
      <RefusedNotice refused={refused} />
      {description !== null && <p className={styles.description}>{description}</p>}
      <p className={styles.facts}>
        {application !== null && <Link to={withSearch(paths.executions, { application })}>{application}</Link>}
        <code>{source}</code>
        <span>
          revision <code title={revision}>{shortRevision(revision)}</code>
        </span>
        <Link to={withSearch(paths.executions, { pipeline: name })}>All executions</Link>
      </p>
      {stages.length > 0 && (
        <Panel title="Stages">
          <LazyGraph
            stages={stages.map(({ id, type, needs }) => ({
              ...{ id, needs, status: null, words: type },
              to: withSearch(pipelinePath(name), { stage: id }),
              current: id === chosen,
            }))}
          />
          <StageTable pipeline={pipeline} chosen={chosen} />
        </Panel>
      )}
      <TextPanel pipeline={pipeline} draft={draft} onDraft={setDraft} />
      <SimulationPanel pipeline={pipeline} text={draft ?? text} changed={draft !== null} />
      <VersionsPanel pipeline={pipeline} />
      <NewestRuns pipeline={name} />
      {running && <RunDialog pipeline={pipeline} onClose={() => setRunning(false)} />}
    </Page>
  )
}
