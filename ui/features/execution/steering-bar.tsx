import { Button, Tooltip } from '@mantine/core'
import { useState } from 'react'
import type { Execution } from '../../../pipeline/execution.ts'
import { useShortcuts } from '../help/use-shortcuts.ts'
import { useMay } from '../session/queries.ts'
import { refusal, type Steering } from './steering.ts'
import styles from './steering-bar.module.css'
import { SteeringDialog } from './steering-dialog.tsx'

const labels = { promote: 'Promote', rollback: 'Roll back', cancel: 'Cancel' } as const satisfies Record<
  Steering,
  string
>

/** What can be done to this execution; what cannot be done now stays visible and says why. */
export function SteeringBar({ execution }: { execution: Execution }) {
  const [asking, setAsking] = useState<Steering | null>(null)
  const may = useMay('execution:steer')

  function reasonAgainst(act: Steering): string | null {
    return may ? refusal(act, execution) : 'You may look at executions, not steer them.'
  }

  function ask(act: Steering) {
    if (reasonAgainst(act) === null) setAsking(act)
  }

  useShortcuts({ promote: () => ask('promote'), rollback: () => ask('rollback'), cancel: () => ask('cancel') })
  return (
    <section className={styles.bar} aria-label="Steer this execution">
      {(Object.keys(labels) as Steering[]).map(act => (
        <SteeringButton key={act} label={labels[act]} against={reasonAgainst(act)} onClick={() => ask(act)} />
      ))}
      {asking && <SteeringDialog act={asking} execution={execution} onClose={() => setAsking(null)} />}
    </section>
  )
}

interface SteeringButtonProps {
  label: string
  against: string | null
  onClick: () => void
}

/** Disabled only for the eye and the click: it can still be focused, and then says why it does not work. */
function SteeringButton({ label, against, onClick }: SteeringButtonProps) {
  return (
    <Tooltip
      label={against}
      disabled={against === null}
      events={{ hover: true, focus: true, touch: true }}
      multiline
      maw="18rem"
    >
      <Button
        variant="default"
        size="sm"
        onClick={onClick}
        aria-disabled={against !== null}
        data-disabled={against !== null || undefined}
        aria-label={against === null ? label : `${label}: not now. ${against}`}
      >
        {label}
      </Button>
    </Tooltip>
  )
}
