import { useState } from 'react'
import type { ExecutionDetail } from '../../../api/contract/execution.ts'
import type { StoredEvent } from '../../../pipeline/execution.ts'
import { Panel } from '../../kit/panel.tsx'
import { ProblemNotice } from '../../kit/problem-notice.tsx'
import { clock, exactly } from '../../words/time.ts'
import { useTimeline } from './queries.ts'
import styles from './timeline.module.css'
import { routine, sentencesOf, toneOf } from './timeline-words.ts'

/** More than this is not drawn unless asked for. */
const drawn = 100

/** What happened, newest first. */
export function Timeline({ execution }: { execution: ExecutionDetail }) {
  const { data: events, error, refetch } = useTimeline(execution.id, execution.position)
  const [everything, setEverything] = useState(false)
  const shown = (events ?? []).filter(({ kind }) => everything || !routine.has(kind))
  const hidden = (events?.length ?? 0) - shown.length
  return (
    <Panel
      title="Timeline"
      aside={
        (hidden > 0 || everything) && (
          <button type="button" className={styles.toggle} onClick={() => setEverything(!everything)}>
            {everything ? 'Only what matters' : `Show every look and step (${hidden})`}
          </button>
        )
      }
    >
      {error && <ProblemNotice what="The timeline could not be loaded." error={error} onRetry={() => refetch()} />}
      <Entries events={shown} />
    </Panel>
  )
}

function Entries({ events }: { events: StoredEvent[] }) {
  const [all, setAll] = useState(false)
  const sentences = sentencesOf(events)
  const entries = events.map((event, index) => ({ event, sentence: sentences[index]! })).reverse()
  const visible = all ? entries : entries.slice(0, drawn)
  return (
    <>
      <ol className={styles.entries} reversed>
        {visible.map(({ event, sentence }) => (
          <li key={event.sequence} className={styles.entry} data-tone={toneOf(event)}>
            <time dateTime={event.at} title={exactly(event.at)} className="number">
              {clock(event.at)}
            </time>
            <span>
              {event.stage && <strong>{event.stage} </strong>}
              {sentence}
            </span>
          </li>
        ))}
      </ol>
      {visible.length < events.length && (
        <button type="button" className={styles.toggle} onClick={() => setAll(true)}>
          Show {events.length - visible.length} older entries
        </button>
      )}
    </>
  )
}
