import { Button, Textarea } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import type { Execution } from '../../../pipeline/execution.ts'
import { announce } from '../../kit/announce.tsx'
import { Dialog } from '../../kit/dialog.tsx'
import { ProblemNotice } from '../../kit/problem-notice.tsx'
import { navigate } from '../../router/location.ts'
import { executionPath } from '../../router/routes.ts'
import { useSteer } from './queries.ts'
import { consequences, type Steering, stageMeant } from './steering.ts'
import styles from './steering-dialog.module.css'

const words = {
  promote: { title: 'Promote', confirm: 'Promote', keep: 'Keep watching', done: 'Promotion requested', color: 'blue' },
  pause: { title: 'Pause', confirm: 'Pause', keep: 'Leave as is', done: 'Paused', color: 'blue' },
  resume: { title: 'Go on with', confirm: 'Go on', keep: 'Leave as is', done: 'Going on', color: 'blue' },
  skip: { title: 'Skip the wait of', confirm: 'Skip', keep: 'Keep waiting', done: 'Skipped', color: 'blue' },
  retry: { title: 'Retry', confirm: 'Retry', keep: 'Leave as is', done: 'Started again', color: 'blue' },
  rollback: { title: 'Roll back', confirm: 'Roll back', keep: 'Leave as is', done: 'Rollback requested', color: 'red' },
  cancel: { title: 'Cancel', confirm: 'Cancel run', keep: 'Leave as is', done: 'Cancel requested', color: 'red' },
} as const satisfies Record<Steering, Record<string, string>>

interface SteeringDialogProps {
  act: Steering
  execution: Execution
  /** The stage that is looked at, when the act could be about several. */
  stage?: string | null
  onClose: () => void
}

/** Says what will happen, takes a reason, and does it only when told so: the focus is not on the button that acts. */
export function SteeringDialog({ act, execution, stage = null, onClose }: SteeringDialogProps) {
  const { mutate, isPending, error } = useSteer(execution.id)
  const [reason, setReason] = useState('')
  const { title, confirm, keep, done, color } = words[act]

  function submit(event: FormEvent) {
    event.preventDefault()
    mutate({ act, reason, stage: stageMeant(act, execution, stage) }, { onSuccess: leave })
  }

  function leave(follow: string) {
    announce(`${done}.`)
    onClose()
    if (follow !== execution.id) navigate(executionPath(follow))
  }

  return (
    <Dialog title={`${title} ${execution.pipeline}?`} onClose={onClose}>
      <form onSubmit={submit} className={styles.form}>
        <ul className={styles.consequences}>
          {consequences(act, execution, stage).map(sentence => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
        <Textarea
          label="Reason"
          description="For the audit log and for whoever looks at this run later."
          value={reason}
          onChange={event => setReason(event.currentTarget.value)}
          maxLength={2_000}
          rows={2}
          data-first
        />
        {error && <ProblemNotice what="The server did not accept this." error={error} />}
        <div className={styles.buttons}>
          <Button type="button" variant="default" onClick={onClose}>
            {keep}
          </Button>
          <Button type="submit" color={color} loading={isPending}>
            {confirm}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
