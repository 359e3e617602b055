import { Button } from '@mantine/core'
import styles from './judgment-dialog.module.css'

/** What was looked at is not what is asked any more: an answer to it would be an answer to something else. */
export function Stale({ onReload }: { onReload: () => void }) {
  return (
    <div className={styles.stale} role="alert">
      <p>What is asked has changed since you opened this. Look again before you answer.</p>
      <Button size="compact-sm" variant="default" onClick={onReload}>
        Show what it is now
      </Button>
    </div>
  )
}
