import type { StageStatus } from '../../pipeline/statuses.ts'
import { icons } from './icons.tsx'
import styles from './mark.module.css'
import { statusMarks } from './status-marks.ts'

/** Status as icon and word. */
export function StatusMark({ status, large }: { status: StageStatus; large?: 'large' }) {
  const { icon, tone, word } = statusMarks[status]
  const Icon = icons[icon]
  return (
    <span className={styles.mark} data-tone={tone} data-size={large} data-turning={icon === 'turning' || undefined}>
      <Icon />
      {word}
    </span>
  )
}
