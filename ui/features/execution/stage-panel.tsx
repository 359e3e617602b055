import type { ExecutionDetail } from '../../../api/contract/execution.ts'
import type { StageState } from '../../../pipeline/execution.ts'
import { Panel } from '../../kit/panel.tsx'
import { StatusMark } from '../../kit/status-mark.tsx'
import { Took } from '../../kit/time.tsx'
import { Attempts } from './attempts.tsx'
import { attemptsOf } from './attempts-of.ts'
import { CanaryReport } from './canary/canary-report.tsx'
import { Outputs } from './outputs.tsx'
import { useTimeline } from './queries.ts'
import styles from './stage-panel.module.css'

/** One stage: how it stands, why, and what it is about. */
export function StagePanel({ execution, stage }: { execution: ExecutionDetail; stage: StageState }) {
  const { data: events } = useTimeline(execution.id, execution.position)
  return (
    <Panel
      title={
        <>
          {stage.id}
          {stage.type !== stage.id && <span className={styles.type}> {stage.type}</span>}
        </>
      }
      aside={
        <span className={styles.state}>
          {stage.attempt > 1 && <span className={styles.took}>attempt {stage.attempt}</span>}
          {stage.startedAt !== null && (
            <span className={styles.took}>
              <Took from={stage.startedAt} to={stage.endedAt} />
            </span>
          )}
          <StatusMark status={stage.status} />
        </span>
      }
    >
      {stage.reason && !execution.reason?.endsWith(stage.reason) && <p className={styles.reason}>{stage.reason}</p>}
      {stage.type !== 'canary' && stage.progress?.message && <p className={styles.reason}>{stage.progress.message}</p>}
      {stage.status === 'pending' && <p className={styles.quiet}>Not started yet.</p>}
      {stage.type === 'canary' && stage.startedAt !== null && <CanaryReport execution={execution} stage={stage} />}
      <Attempts attempts={attemptsOf(events ?? [], stage.id)} />
      <Outputs outputs={stage.outputs} />
    </Panel>
  )
}
