import { useEffect, useRef } from 'react'
import { ApiProblem } from '../../../api/client/errors.ts'
import type { ExecutionDetail } from '../../../api/contract/execution.ts'
import { announce } from '../../kit/announce.tsx'
import { Page } from '../../kit/page.tsx'
import { ProblemNotice } from '../../kit/problem-notice.tsx'
import { StatusMark } from '../../kit/status-mark.tsx'
import { statusMarks } from '../../kit/status-marks.ts'
import { navigate, usePlace } from '../../router/location.ts'
import { executionPath, withSearch } from '../../router/routes.ts'
import { NotFound } from '../../shell/not-found.tsx'
import { stageInFocus, versionOf } from '../executions/summary.ts'
import { useShortcuts } from '../help/use-shortcuts.ts'
import { JudgmentNotice } from '../judgment/judgment-notice.tsx'
import { SteeringBar } from '../steering/steering-bar.tsx'
import { DefinitionPanel } from './definition/definition-panel.tsx'
import styles from './execution-page.module.css'
import { Facts } from './facts.tsx'
import { Inputs } from './inputs.tsx'
import { PendingNotice } from './pending-notice.tsx'
import { useExecution } from './queries.ts'
import { StagePanel } from './stage-panel.tsx'
import { StagesPanel, useForm } from './stages-panel.tsx'
import { Timeline } from './timeline.tsx'

/** One execution: how it stands, its stages, what the judge sees, and what can be done about it. */
export function ExecutionPage({ id }: { id: string }) {
  const { data: execution, error, refetch } = useExecution(id)
  if (execution) return <Loaded execution={execution} error={error} onRetry={() => refetch()} />
  if (isUnknown(error)) return <NotFound>There is no execution {id}, or you may not see it.</NotFound>
  return (
    <Page title={id} heading={id}>
      {error ? (
        <ProblemNotice what="The execution could not be loaded." error={error} onRetry={() => refetch()} />
      ) : (
        <p>Loading…</p>
      )}
    </Page>
  )
}

interface LoadedProps {
  execution: ExecutionDetail
  error: unknown
  onRetry: () => void
}

function Loaded({ execution, error, onRetry }: LoadedProps) {
  const chosen = usePlace().search.get('stage')
  const stage = execution.stages.find(({ id }) => id === chosen) ?? stageInFocus(execution)
  const version = versionOf(execution)
  const form = useForm()
  useStatusAnnouncement(execution)

  function move(step: 1 | -1) {
    const at = execution.stages.findIndex(({ id }) => id === stage?.id)
    const next = execution.stages[at + step]
    if (next) navigate(withSearch(executionPath(execution.id), { stage: next.id, as: form === 'graph' ? form : null }))
  }

  useShortcuts({ 'next-row': () => move(1), 'previous-row': () => move(-1) })
  return (
    <Page
      title={`${statusMarks[execution.status].word} · ${execution.pipeline}${version ? ` ${version}` : ''}`}
      heading={
        <span className={styles.heading}>
          {execution.pipeline}
          {version && <span className={styles.version}>{version}</span>}
          <StatusMark status={execution.status} large="large" />
        </span>
      }
      aside={<SteeringBar execution={execution} />}
    >
      <Facts execution={execution} />
      {error ? <ProblemNotice what="This may be out of date." error={error} onRetry={onRetry} /> : null}
      <JudgmentNotice execution={execution} />
      {execution.pending && <PendingNotice pending={execution.pending} />}
      <div className={styles.columns} data-as={form}>
        <StagesPanel execution={execution} shown={stage?.id ?? null} />
        {stage && <StagePanel execution={execution} stage={stage} />}
      </div>
      <div className={styles.halves}>
        <Timeline execution={execution} />
        <Inputs execution={execution} />
      </div>
      <DefinitionPanel execution={execution} />
    </Page>
  )
}

/** Says a new status aloud, not the one the page was opened with. */
function useStatusAnnouncement({ pipeline, status }: ExecutionDetail): void {
  const before = useRef(status)
  useEffect(() => {
    if (before.current !== status) announce(`${pipeline} is ${statusMarks[status].word}.`)
    before.current = status
  }, [pipeline, status])
}

/** An id that cannot be one is as unknown as one that is not there. */
function isUnknown(error: unknown): boolean {
  return error instanceof ApiProblem && (error.kind === 'not-found' || error.kind === 'invalid-request')
}
