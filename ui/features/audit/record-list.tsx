import { icons } from '../../kit/icons.tsx'
import { Link } from '../../router/link.tsx'
import { executionPath } from '../../router/routes.ts'
import { exactly, stamp } from '../../words/time.ts'
import { type AuditFilter, filterPath } from './filter.ts'
import type { AuditRecord } from './queries.ts'
import styles from './record-list.module.css'

interface RecordListProps {
  records: readonly AuditRecord[]
  filter: AuditFilter
  /** These are from before; what was asked for is on its way. */
  busy: boolean
}

/** One line a record; a click on who or what narrows the log to it, what else is known is behind the line. */
export function RecordList({ records, filter, busy }: RecordListProps) {
  return (
    <ol className={styles.list} aria-label="Records" aria-busy={busy}>
      {records.map(record => (
        <Entry key={record.sequence} record={record} filter={filter} />
      ))}
    </ol>
  )
}

function Entry({ record, filter }: { record: AuditRecord; filter: AuditFilter }) {
  const { sequence, at, actor, action, subject, outcome, data, hash } = record
  const refused = outcome === 'refused'
  return (
    <li className={styles.record} data-refused={refused || undefined}>
      <span className={styles.number}>{sequence}</span>
      <span className={styles.time}>
        <time dateTime={at} title={exactly(at)}>
          {stamp(at)}
        </time>
      </span>
      <span className={styles.actor}>
        <Link to={filterPath(filter, { actor })}>{actor}</Link>
      </span>
      <span className={styles.outcome}>
        {refused ? <icons.minus /> : <icons.check />} {outcome}
      </span>
      <span className={styles.action}>
        <Link to={filterPath(filter, { action })}>{action}</Link>
      </span>
      <span className={styles.subject}>
        <Link to={filterPath(filter, { subject })}>{subject}</Link>
        <Open subject={subject} />
      </span>
      <details className={styles.more}>
        <summary>
          Details<span className="sr"> of record {sequence}</span>
        </summary>
        <dl>
          {Object.entries(data).map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{typeof value === 'string' ? value : JSON.stringify(value)}</dd>
            </div>
          ))}
          <div>
            <dt>hash</dt>
            <dd>
              <code>{hash}</code>
            </dd>
          </div>
        </dl>
      </details>
    </li>
  )
}

/** The way to the execution that a record is about. */
function Open({ subject }: { subject: string }) {
  const [, id] = /^execution:(.+)$/.exec(subject) ?? []
  if (id === undefined) return null
  return (
    <Link to={executionPath(id)} aria-label={`Open ${id}`} title="Open the execution">
      <icons.chevron size={12} />
    </Link>
  )
}
