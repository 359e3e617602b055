import { stringify } from 'yaml'
import type { PinnedDefinition } from '../../../../api/contract/routes/definitions.ts'
import type { Execution } from '../../../../pipeline/execution.ts'
import { ProblemNotice } from '../../../kit/problem-notice.tsx'
import { Link } from '../../../router/link.tsx'
import { executionPath, pipelinePath } from '../../../router/routes.ts'
import { shortRevision } from '../../executions/summary.ts'
import { usePipeline } from '../../pipelines/queries.ts'
import { usePinned, usePrevious } from '../queries.ts'
import styles from './definition.module.css'
import type { Side } from './definition-panel.tsx'
import { LineDiff } from './line-diff.tsx'

/** The pinned definition, by itself or as a difference to another one. */
export function Comparison({ execution, side }: { execution: Execution; side: Side }) {
  const pinned = usePinned(execution.id)
  if (pinned.error) return <Failed error={pinned.error} onRetry={() => pinned.refetch()} />
  if (!pinned.data) return <p className={styles.quiet}>Loading…</p>
  const ran = pinned.data
  if (side === 'previous') return <Previous execution={execution} ran={ran} />
  if (side === 'newest') return <InForce execution={execution} ran={ran} />
  const text = ran.text ?? yamlOf(ran.definition)
  return <LineDiff from={text} to={text} all />
}

function Previous({ execution, ran }: { execution: Execution; ran: PinnedDefinition }) {
  const previous = usePrevious(execution)
  const pinned = usePinned(previous.data?.id ?? null)
  const error = previous.error ?? pinned.error
  if (error) return <Failed error={error} onRetry={() => previous.refetch()} />
  if (previous.data === null) return <p className={styles.quiet}>There is no earlier run to compare with.</p>
  if (!previous.data || !pinned.data) return <p className={styles.quiet}>Loading…</p>
  const link = <Link to={executionPath(previous.data.id)}>{previous.data.id}</Link>
  const before = pinned.data
  if (before.definitionHash === ran.definitionHash) return <p className={styles.quiet}>The same as in {link}.</p>
  return (
    <>
      <p className={styles.quiet}>From {link} to this run.</p>
      <Difference from={before} to={ran} />
    </>
  )
}

/** Against what a new run would get: of a repository, the head of its branch. */
function InForce({ execution, ran }: { execution: Execution; ran: PinnedDefinition }) {
  const { inForce, text } = ran
  // Where the text of the run is not known any more, what both would do is compared.
  const { data: now, error } = usePipeline(execution.pipeline, { enabled: inForce?.differs === true && text === null })
  if (inForce === null)
    return <p className={styles.quiet}>The server has no pipeline {execution.pipeline} in force any more.</p>
  const link = (
    <Link to={pipelinePath(execution.pipeline)}>
      what is in force (<code title={inForce.revision}>{shortRevision(inForce.revision)}</code>)
    </Link>
  )
  if (!inForce.differs) return <p className={styles.quiet}>The same as {link}.</p>
  if (error) return <Failed error={error} />
  if (text === null && !now) return <p className={styles.quiet}>Loading…</p>
  return (
    <>
      <p className={styles.quiet}>From this run to {link}.</p>
      <Difference from={ran} to={{ text: inForce.text, definition: now?.definition ?? null }} />
    </>
  )
}

interface Written {
  text: string | null
  definition: unknown
}

/** Texts as they were written where both are known, else what they do. */
function Difference({ from, to }: { from: Written; to: Written }) {
  if (from.text !== null && to.text !== null) return <LineDiff from={from.text} to={to.text} />
  return <LineDiff from={yamlOf(from.definition)} to={yamlOf(to.definition)} />
}

function Failed({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  return (
    <ProblemNotice
      what="The definition could not be loaded."
      error={error}
      {...(onRetry === undefined ? {} : { onRetry })}
    />
  )
}

function yamlOf(definition: unknown): string {
  return stringify(definition, { lineWidth: 0 })
}
