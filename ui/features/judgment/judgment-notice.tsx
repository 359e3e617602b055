import { Button } from '@mantine/core'
import { useState } from 'react'
import type { ExecutionDetail } from '../../../api/contract/execution.ts'
import { icons } from '../../kit/icons.tsx'
import { useShortcuts } from '../help/use-shortcuts.ts'
import { JudgmentDialog, judgmentIn } from './judgment-dialog.tsx'
import styles from './judgment-notice.module.css'

/** On an execution that waits for people: what is asked, and the way to answer. Nothing on others. */
export function JudgmentNotice({ execution }: { execution: ExecutionDetail }) {
  const [answering, setAnswering] = useState<string | null>(null)
  const waiting = execution.stages.filter(({ id }) => judgmentIn(execution, id) !== null)
  useShortcuts({ answer: () => setAnswering(waiting[0]?.id ?? null) })
  return (
    <>
      {waiting.map(({ id, reason }) => (
        <div key={id} className={styles.notice}>
          <icons.person size={20} />
          <p>
            <strong>{id}</strong> {reason}
          </p>
          <Button onClick={() => setAnswering(id)}>Answer…</Button>
        </div>
      ))}
      {answering && <JudgmentDialog id={execution.id} stage={answering} onClose={() => setAnswering(null)} />}
    </>
  )
}
