import { stringify } from 'yaml'
import { ApiProblem } from '../../../../api/client/errors.ts'
import type { Execution } from '../../../../pipeline/execution.ts'
import { ProblemNotice } from '../../../kit/problem-notice.tsx'
import { Link } from '../../../router/link.tsx'
import { executionPath, pipelinePath } from '../../../router/routes.ts'
import { usePipeline } from '../../pipelines/queries.ts'
import { usePinned, usePrevious } from '../queries.ts'
import styles from './definition.module.css'
import type { Side } from './definition-panel.tsx'
import { LineDiff } from './line-diff.tsx'

/** The pinned definition as YAML, by itself or as a difference to another one. */
export function Comparison({ execution, side }: { execution: Execution; side: Side }) {
  const pinned = usePinned(execution.id)
  if (pinned.error) return <Failed error={pinned.error} onRetry={() => pinned.refetch()} />
  if (!pinned.data) return <p className={styles.quiet}>Loading…</p>
  const ran = textOf(pinned.data.definition)
  if (side === 'ran') return <LineDiff from={ran} to={ran} all />
  return side === 'previous' ? <Previous execution={execution} ran={ran} /> : <Newest execution={execution} ran={ran} />
}

function Previous({ execution, ran }: { execution: Execution; ran: string }) {
  const previous = usePrevious(execution)
  const pinned = usePinned(previous.data ?? null)
  const error = previous.error ?? pinned.error
  if (error) return <Failed error={error} onRetry={() => previous.refetch()} />
  if (previous.data === null) return <p className={styles.quiet}>There is no earlier run to compare with.</p>
  if (!previous.data || !pinned.data) return <p className={styles.quiet}>Loading…</p>
  const link = <Link to={executionPath(previous.data)}>{previous.data}</Link>
  const before = textOf(pinned.data.definition)
  if (before === ran) return <p className={styles.quiet}>The same as in {link}.</p>
  return (
    <>
      <p className={styles.quiet}>From {link} to this run.</p>
      <LineDiff from={before} to={ran} />
    </>
  )
}

function Newest({ execution, ran }: { execution: Execution; ran: string }) {
  const { data, error, refetch } = usePipeline(execution.pipeline)
  if (error instanceof ApiProblem && error.kind === 'not-found')
    return <p className={styles.quiet}>The server has no pipeline {execution.pipeline} any more.</p>
  if (error) return <Failed error={error} onRetry={() => refetch()} />
  if (!data) return <p className={styles.quiet}>Loading…</p>
  if (data.definition === null) return <p className={styles.quiet}>The newest version is not valid.</p>
  const link = <Link to={pipelinePath(execution.pipeline)}>the newest version</Link>
  const newest = textOf(data.definition)
  if (newest === ran) return <p className={styles.quiet}>The same as {link}.</p>
  return (
    <>
      <p className={styles.quiet}>From this run to {link}.</p>
      <LineDiff from={ran} to={newest} />
    </>
  )
}

function Failed({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  return <ProblemNotice what="The definition could not be loaded." error={error} onRetry={onRetry} />
}

function textOf(definition: unknown): string {
  return stringify(definition, { lineWidth: 0 })
}
