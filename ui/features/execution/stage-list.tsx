import type { Execution, StageState } from '../../../pipeline/execution.ts'
import { icons } from '../../kit/icons.tsx'
import { statusMarks } from '../../kit/status-marks.ts'
import { Took } from '../../kit/time.tsx'
import { Link } from '../../router/link.tsx'
import { executionPath, withSearch } from '../../router/routes.ts'
import { phaseOf } from '../executions/summary.ts'
import styles from './stage-list.module.css'

interface StageListProps {
  execution: Execution
  /** The stage whose panel is open. */
  shown: string | null
}

/** The stages in order, each with how it stands. */
export function StageList({ execution, shown }: StageListProps) {
  return (
    <ol className={styles.stages}>
      {execution.stages.map(stage => (
        <li key={stage.id} className={styles.stage} data-tone={statusMarks[stage.status].tone}>
          <Link
            to={withSearch(executionPath(execution.id), { stage: stage.id })}
            aria-current={stage.id === shown ? 'true' : undefined}
            className={styles.link}
          >
            <StageIcon stage={stage} />
            <span className={styles.name}>{stage.id}</span>
            <span className={styles.took}>{stage.startedAt && <Took from={stage.startedAt} to={stage.endedAt} />}</span>
            <span className={styles.what}>{wordsOf(stage)}</span>
          </Link>
        </li>
      ))}
    </ol>
  )
}

function StageIcon({ stage }: { stage: StageState }) {
  const icon = statusMarks[stage.status].icon
  const Icon = icons[icon]
  return (
    <span className={styles.icon} data-turning={icon === 'turning' || undefined}>
      <Icon size={18} />
    </span>
  )
}

/** `canary · running · analysing, step 2 of 3` */
export function wordsOf(stage: StageState): string {
  const word = statusMarks[stage.status].word
  const parts = stage.type === stage.id ? [word] : [stage.type, word]
  const phase = stage.endedAt === null ? phaseOf(stage) : null
  if (phase !== null) parts.push(phase)
  if (stage.attempt > 1) parts.push(`attempt ${stage.attempt}`)
  return parts.join(' · ')
}
