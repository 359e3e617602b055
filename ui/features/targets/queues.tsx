import type { QueueView } from '../../../api/contract/targets.ts'
import { Panel } from '../../kit/panel.tsx'
import { Took } from '../../kit/time.tsx'
import { Link } from '../../router/link.tsx'
import { executionPath, pipelinePath } from '../../router/routes.ts'
import styles from './targets-page.module.css'

const whenBusy = {
  queue: 'later ones wait in line',
  replace: 'the newest that waits wins',
  reject: 'later ones are refused',
} as const satisfies Record<QueueView['whenBusy'], string>

/** Pipelines that limit how many runs are at once: which are at work, and the line behind them. */
export function Queues({ queues }: { queues: readonly QueueView[] }) {
  if (queues.length === 0) return null
  return (
    <Panel title="Queues of pipelines">
      <ul className={styles.services}>
        {queues.map(queue => (
          <li key={queue.pipeline}>
            <Queue queue={queue} />
          </li>
        ))}
      </ul>
    </Panel>
  )
}

function Queue({ queue }: { queue: QueueView }) {
  const { pipeline, limit, running, waiting } = queue
  return (
    <section className={styles.service} aria-label={`Queue of ${pipeline}`}>
      <div className={styles.top}>
        <h3>
          <Link to={pipelinePath(pipeline)}>{pipeline}</Link>
        </h3>
        <span className={styles.quiet}>
          {limit} at once; {whenBusy[queue.whenBusy]}
        </span>
      </div>
      {running.length + waiting.length === 0 && <p className={styles.quiet}>Nothing runs and nothing waits.</p>}
      <ol className={styles.writers} aria-label="At work and waiting, in order">
        {[...running, ...waiting].map(({ execution, since }, index) => (
          <li key={execution}>
            {index < running.length ? 'runs: ' : `${index - running.length + 1}. in line: `}
            <Link to={executionPath(execution)}>{execution}</Link>
            {since !== null && (
              <>
                , for <Took from={since} to={null} />
              </>
            )}
          </li>
        ))}
      </ol>
    </section>
  )
}
