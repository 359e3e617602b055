import { useState } from 'react'
import type { Output } from '../../../api/contract/types.ts'
import { Page } from '../../kit/page.tsx'
import { ProblemNotice } from '../../kit/problem-notice.tsx'
import { Link } from '../../router/link.tsx'
import { navigate } from '../../router/location.ts'
import { executionPath, paths } from '../../router/routes.ts'
import { useExecution } from '../execution/queries.ts'
import { AnswerForm } from './answer-form.tsx'
import styles from './judgment-dialog.module.css'
import { judgmentIn } from './judgment-dialog.tsx'
import { useApprovalLink } from './queries.ts'

/** Where the link of a message leads. Opening it decides nothing: whoever has signed in sees what is asked, and answers. */
export function ApprovalPage() {
  const [link] = useState(() => window.location.hash.slice(1))
  const { data: asked, error, refetch } = useApprovalLink(link)
  return (
    <Page title="Approve" heading={asked === undefined ? 'Approve' : `Approve ${asked.stage}?`}>
      {error && (
        <div className={styles.form}>
          <ProblemNotice what="This link cannot be used." error={error} />
          <p>
            <Link to={paths.inbox}>The inbox</Link> shows all that waits for you.
          </p>
        </div>
      )}
      {asked === undefined && !error && <p>Loading…</p>}
      {asked !== undefined && !error && <Asked asked={asked} link={link} onReload={() => void refetch()} />}
    </Page>
  )
}

interface AskedProps {
  asked: Output<'getApprovalLink'>
  link: string
  onReload: () => void
}

function Asked({ asked, link, onReload }: AskedProps) {
  const { data: execution, error } = useExecution(asked.execution)
  if (error) return <ProblemNotice what="The execution could not be loaded." error={error} />
  if (execution === undefined) return <p>Loading…</p>
  const judgment = judgmentIn(execution, asked.stage)
  const path = executionPath(execution.id)
  return (
    <div className={styles.form}>
      <p>
        <Link to={path}>{execution.pipeline}</Link> of {execution.application}, started by {execution.trigger.by}
      </p>
      {judgment === null ? (
        <p>This is decided already.</p>
      ) : (
        <AnswerForm
          execution={execution}
          stage={asked.stage}
          judgment={judgment}
          link={link}
          onReload={onReload}
          onClose={() => navigate(path)}
        />
      )}
    </div>
  )
}
