import type { Margin } from '../../../../pipeline/canary/judge.ts'
import type { JudgmentReport } from './difference.ts'
import styles from './interval-bar.module.css'
import { placesOf } from './interval-places.ts'

interface IntervalBarProps {
  judgment: JudgmentReport
  margin: Margin | undefined
}

/** The difference with its interval, against "no difference" and the margin. The numbers stand beside it. */
export function IntervalBar({ judgment, margin }: IntervalBarProps) {
  const places = placesOf(judgment, margin)
  if (places === null) return null
  const { zero, limit, low, high, estimate } = places
  return (
    <svg className={styles.bar} viewBox="0 0 100 14" preserveAspectRatio="none" aria-hidden="true">
      {limit !== null && <rect className={styles.fine} x="0" y="0" width={limit} height="14" />}
      <line className={styles.zero} x1={zero} x2={zero} y1="0" y2="14" />
      {limit !== null && <line className={styles.limit} x1={limit} x2={limit} y1="0" y2="14" />}
      <line className={styles.interval} data-verdict={judgment.verdict} x1={low} x2={high} y1="7" y2="7" />
      <line className={styles.estimate} data-verdict={judgment.verdict} x1={estimate} x2={estimate} y1="2" y2="12" />
    </svg>
  )
}
