import { Button } from '@mantine/core'
import { icons } from '../../kit/icons.tsx'
import { ProblemNotice } from '../../kit/problem-notice.tsx'
import styles from './audit-page.module.css'
import { ExportButtons } from './export-buttons.tsx'
import { useVerification } from './queries.ts'

/** Says what keeps the log honest, checks it, and saves it. */
export function ChainPanel() {
  const { mutate, data, isPending, error } = useVerification()
  return (
    <section className={styles.chain} aria-label="The chain">
      <p className={styles.quiet}>
        Each record carries the hash of the one before: what is changed, moved or removed later is found.
      </p>
      <div className={styles.buttons}>
        <Button size="compact-sm" loading={isPending} onClick={() => mutate()}>
          Verify the chain
        </Button>
        <ExportButtons />
      </div>
      {error && <ProblemNotice what="The chain was not checked." error={error} onRetry={() => mutate()} />}
      <div role="status">{data && !error && <Result {...data} />}</div>
    </section>
  )
}

interface ResultProps {
  firstBad: number | null
  head: { sequence: number; hash: string } | null
}

function Result({ firstBad, head }: ResultProps) {
  if (firstBad !== null)
    return (
      <p className={styles.result} data-tone="bad">
        <icons.cross /> Record {firstBad} was changed, moved or removed. Compare with a copy from before (
        <code>slipway audit verify --file</code>) or with the checkpoints.
      </p>
    )
  if (head === null) return <p className={styles.quiet}>There is no record to check.</p>
  return (
    <p className={styles.result} data-tone="good">
      <icons.check /> All {head.sequence} records hold. The newest has the hash <code>{head.hash}</code>
    </p>
  )
}
