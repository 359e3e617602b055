import type { Execution } from '../../../pipeline/execution.ts'
import { Dialog } from '../../kit/dialog.tsx'
import { ProblemNotice } from '../../kit/problem-notice.tsx'
import { useExecution } from '../execution/queries.ts'
import { AnswerForm } from './answer-form.tsx'

interface JudgmentDialogProps {
  /** Of the execution. */
  id: string
  stage: string
  onClose: () => void
}

/** Asks a person to approve or reject, with all that is needed to decide. */
export function JudgmentDialog({ id, stage, onClose }: JudgmentDialogProps) {
  const { data: execution, error, refetch } = useExecution(id)
  return (
    <Dialog title={`${execution?.pipeline ?? id}: ${stage}`} onClose={onClose}>
      {error && <ProblemNotice what="The execution could not be loaded." error={error} onRetry={() => refetch()} />}
      {!execution && !error && <p>Loading…</p>}
      {execution && judgmentIn(execution, stage) === null && <p>This is decided already.</p>}
      {execution && judgmentIn(execution, stage) !== null && (
        <AnswerForm
          execution={execution}
          stage={stage}
          judgment={judgmentIn(execution, stage)!}
          onReload={() => refetch()}
          onClose={onClose}
        />
      )}
    </Dialog>
  )
}

/** The judgment that a stage waits for; null when it waits for none. */
export function judgmentIn(execution: Execution, stage: string) {
  const found = execution.stages.find(({ id }) => id === stage)
  return found?.status === 'waiting' ? (found.progress?.judgment ?? null) : null
}
