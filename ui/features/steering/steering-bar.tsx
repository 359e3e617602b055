import { Button, Tooltip } from '@mantine/core'
import type { Execution } from '../../../pipeline/execution.ts'
import { useShortcuts } from '../help/use-shortcuts.ts'
import { labels, offered } from './steering.ts'
import styles from './steering-bar.module.css'
import { useSteering } from './use-steering.tsx'

/** What can be done to this execution; what cannot be done now stays visible and says why. */
export function SteeringBar({ execution }: { execution: Execution }) {
  const { against, ask, dialog } = useSteering()
  useShortcuts({
    promote: () => ask('promote', execution),
    rollback: () => ask('rollback', execution),
    cancel: () => ask('cancel', execution),
    pause: () => ask(execution.status === 'paused' ? 'resume' : 'pause', execution),
  })
  return (
    <section className={styles.bar} aria-label="Steer this execution">
      {offered(execution).map(act => (
        <SteeringButton
          key={act}
          label={labels[act]}
          against={against(act, execution)}
          onClick={() => ask(act, execution)}
        />
      ))}
      {dialog}
    </section>
  )
}

/** Decides on one canary beside what the judge says of it. */
export function CanaryActs({ execution, stage }: { execution: Execution; stage: string }) {
  const { against, ask, dialog } = useSteering()
  return (
    <section className={styles.bar} aria-label={`Decide on ${stage}`}>
      {(['promote', 'rollback'] as const).map(act => (
        <SteeringButton
          key={act}
          label={labels[act]}
          against={against(act, execution)}
          onClick={() => ask(act, execution, stage)}
        />
      ))}
      {dialog}
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
