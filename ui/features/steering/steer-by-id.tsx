import { Dialog } from '../../kit/dialog.tsx'
import { ProblemNotice } from '../../kit/problem-notice.tsx'
import { useExecution } from '../execution/queries.ts'
import { labels, type Steering } from './steering.ts'
import { SteeringDialog } from './steering-dialog.tsx'
import { useAgainst } from './use-steering.tsx'

interface SteerByIdProps {
  id: string
  act: Steering
  stage: string
  onClose: () => void
}

/** The dialog for an execution of which only the id is at hand: it is read first, so that what is said is true. */
export function SteerById({ id, act, stage, onClose }: SteerByIdProps) {
  const { data: execution, error } = useExecution(id)
  const against = useAgainst()
  const reason = execution ? against(act, execution) : null
  if (execution && reason === null)
    return <SteeringDialog act={act} execution={execution} stage={stage} onClose={onClose} />
  return (
    <Dialog title={labels[act]} onClose={onClose}>
      {error ? (
        <ProblemNotice what="The execution could not be loaded." error={error} />
      ) : (
        <p>{reason ?? 'Loading…'}</p>
      )}
    </Dialog>
  )
}
