import { Button, Checkbox, Textarea } from '@mantine/core'
import { useState } from 'react'
import { ApiProblem } from '../../../api/client/errors.ts'
import type { ExecutionDetail } from '../../../api/contract/execution.ts'
import type { JudgmentProgress } from '../../../pipeline/execution.ts'
import { announce } from '../../kit/announce.tsx'
import { ProblemNotice } from '../../kit/problem-notice.tsx'
import { Ago, Left } from '../../kit/time.tsx'
import { useDefinition } from '../execution/queries.ts'
import { useSession } from '../session/queries.ts'
import { inputProblems, inputValues } from './answer-inputs.ts'
import { Changes } from './change-list.tsx'
import { InputFields } from './input-fields.tsx'
import styles from './judgment-dialog.module.css'
import { mayJudge, whoMay } from './may-judge.ts'
import { type Answer, useAnswer } from './queries.ts'
import { Stale } from './stale.tsx'

interface AnswerFormProps {
  execution: ExecutionDetail
  stage: string
  judgment: JudgmentProgress
  /** What the answer comes through, when it comes through a link of a message. */
  link?: string
  onReload: () => void
  onClose: () => void
}

/** What is asked, what changes, who may answer, and the answer. It counts only for what is on the screen. */
export function AnswerForm({ execution, stage, judgment, link, onReload, onClose }: AnswerFormProps) {
  const session = useSession().data
  const definition = useDefinition(execution.id)
  const { mutate, isPending, error, reset } = useAnswer(execution.id, stage, link)
  const [seen, setSeen] = useState(judgment.seen)
  const [comment, setComment] = useState('')
  const [drafts, setDrafts] = useState<Readonly<Record<string, string>>>({})
  const [override, setOverride] = useState(false)
  const [tried, setTried] = useState<Answer['decision'] | null>(null)
  if (!session) return null
  const may = mayJudge(judgment, execution, session)
  const problems = inputProblems(judgment.inputs, drafts)
  const stale = judgment.seen !== seen || (error instanceof ApiProblem && error.kind === 'stale')
  const approvable = may.notApprove === null || (may.override && override)

  function answer(decision: Answer['decision']) {
    setTried(decision)
    if (decision === 'approve' && Object.keys(problems).length > 0) return
    if (decision === 'reject' && comment.trim() === '') return
    const inputs = inputValues(judgment.inputs, drafts)
    mutate({ decision, comment, inputs, override, seen }, { onSuccess: done })
  }

  function done() {
    announce('Answered.')
    onClose()
  }

  function reload() {
    reset()
    setSeen(judgment.seen)
    onReload()
  }

  return (
    <div className={styles.form}>
      {judgment.instructions && <p className={styles.instructions}>{judgment.instructions}</p>}
      <Changes execution={execution} definition={definition} stage={stage} />
      <p className={styles.quiet}>
        {whoMay(judgment, execution)} <Left until={judgment.until} /> left.
      </p>
      {judgment.given.map(({ by, at }) => (
        <p key={by} className={styles.quiet}>
          {by} approved <Ago at={at} />.
        </p>
      ))}
      {may.notApprove && (
        <p className={styles.against} role="note">
          {may.notApprove}
        </p>
      )}
      {may.override && (
        <Checkbox
          label="Approve all the same. It is recorded as an override."
          checked={override}
          onChange={event => setOverride(event.currentTarget.checked)}
        />
      )}
      {may.never === null && (
        <>
          <InputFields
            inputs={judgment.inputs}
            drafts={drafts}
            problems={tried === 'approve' ? problems : {}}
            onChange={setDrafts}
          />
          <Textarea
            label="Comment"
            description="A rejection needs one."
            error={tried === 'reject' && comment.trim() === '' ? 'Say why you reject it.' : undefined}
            value={comment}
            onChange={event => setComment(event.currentTarget.value)}
            maxLength={2_000}
            rows={2}
            data-first
          />
        </>
      )}
      {stale && <Stale onReload={reload} />}
      {error && !stale && <ProblemNotice what="The server did not accept this." error={error} />}
      <div className={styles.buttons}>
        <Button variant="default" onClick={onClose}>
          Not now
        </Button>
        {may.never === null && (
          <>
            <Button variant="default" onClick={() => answer('reject')} disabled={stale} loading={isPending}>
              Reject
            </Button>
            <Button onClick={() => answer('approve')} disabled={stale || !approvable} loading={isPending}>
              Approve
            </Button>
          </>
        )}
      </div>
    </div>
  )
}
