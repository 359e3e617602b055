import type { SimulationView } from '../../../../api/contract/simulation.ts'
import { StatusMark } from '../../../kit/status-mark.tsx'
import { statusMarks } from '../../../kit/status-marks.ts'
import { lengthOf } from '../../../words/time.ts'
import styles from './simulation.module.css'
import { spansOf } from './spans.ts'

/** How a simulated run went: the end, what each stage did when, where it waited, and what was or would be undone. */
export function SimulationResult({ simulation }: { simulation: SimulationView }) {
  const { status, reason, duration, shortest, longest, unlimited, gates, undone, undoable } = simulation
  const most = longest === null ? `no limit: ${unlimited.join(', ')} may wait for ever` : lengthOf(longest)
  return (
    <>
      <p className={styles.end}>
        <StatusMark status={status} large="large" /> after <strong>{lengthOf(duration)}</strong>
        {reason !== null && <span className={styles.quiet}>{reason}</span>}
      </p>
      <p className={styles.quiet}>
        A good release takes from {lengthOf(shortest)} to {most}.
      </p>
      <Stages simulation={simulation} />
      {gates.length > 0 && (
        <>
          <h3>Where it waits</h3>
          <ul>
            {gates.map(({ stage, status: waits, from, to, reason: why }) => (
              <li key={`${stage} ${from}`}>
                <strong>{stage}</strong> is {waits} from {lengthOf(from)} to {to === null ? 'the end' : lengthOf(to)}
                {why !== null && <span className={styles.quiet}>: {why}</span>}
              </li>
            ))}
          </ul>
        </>
      )}
      <Undone title="What was undone, in this order" entries={undone} />
      <Undone title="What a rollback afterwards would undo, in this order" entries={undoable ?? []} />
      <Timeline simulation={simulation} />
    </>
  )
}

/** One line a stage on a common axis; the list below says the same in words. */
function Stages({ simulation }: { simulation: SimulationView }) {
  const { duration } = simulation
  const share = (time: number) => `${duration === 0 ? 0 : (100 * time) / duration}%`
  return (
    <ol className={styles.stages} aria-label="When each stage was at work">
      {spansOf(simulation).map(({ stage, spans, end }) => (
        <li key={stage}>
          <span className={styles.name}>{stage}</span>
          <span className={styles.track}>
            {spans.map(({ status, from, to }) => (
              <span
                key={from}
                className={styles.span}
                data-tone={statusMarks[status].tone}
                title={`${statusMarks[status].word} from ${lengthOf(from)} to ${lengthOf(to)}`}
                style={{ left: share(from), width: share(to - from) }}
              />
            ))}
          </span>
          <StatusMark status={end} />
        </li>
      ))}
    </ol>
  )
}

function Undone({ title, entries }: { title: string; entries: SimulationView['undone'] }) {
  if (entries.length === 0) return null
  return (
    <>
      <h3>{title}</h3>
      <ol className={styles.numbered}>
        {entries.map(({ stage, what }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: an order is what this is
          <li key={index}>
            <strong>{stage}</strong>: {what}
          </li>
        ))}
      </ol>
    </>
  )
}

function Timeline({ simulation: { timeline } }: { simulation: SimulationView }) {
  return (
    <details>
      <summary className={styles.summary}>Timeline, {timeline.length} entries</summary>
      <ol className={styles.timeline} aria-label="Simulated timeline">
        {timeline.map(({ at, stage, what }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: entries of one moment are told apart by their place alone
          <li key={index}>
            <span className="number">{lengthOf(at)}</span>
            <strong>{stage ?? ''}</strong>
            <span>{what}</span>
          </li>
        ))}
      </ol>
    </details>
  )
}
