import { icons } from '../../kit/icons.tsx'
import { Link } from '../../router/link.tsx'
import { type ExecutionFilter, filterPath, type ViewName, viewOf, views } from './filter.ts'
import styles from './filter-bar.module.css'
import { FindBox } from './find-box.tsx'

/** Views by status, the box to find a pipeline or an execution, and what else narrows the list. */
export function FilterBar({ filter }: { filter: ExecutionFilter }) {
  const view = viewOf(filter)
  return (
    <div className={styles.bar}>
      <nav className={styles.views} aria-label="Show by status">
        {(Object.keys(views) as ViewName[]).map(name => (
          <Link
            key={name}
            to={filterPath(filter, { status: views[name] })}
            className={styles.view}
            aria-current={view === name ? 'true' : undefined}
          >
            {name}
          </Link>
        ))}
      </nav>
      <FindBox filter={filter} />
      <ul className={styles.chosen} aria-label="Filters">
        {view === null && (
          <Chosen what="status" value={filter.status.join(', ')} without={filterPath(filter, { status: [] })} />
        )}
        {filter.pipeline !== null && (
          <Chosen what="pipeline" value={filter.pipeline} without={filterPath(filter, { pipeline: null })} />
        )}
        {filter.application !== null && (
          <Chosen what="application" value={filter.application} without={filterPath(filter, { application: null })} />
        )}
      </ul>
    </div>
  )
}

function Chosen({ what, value, without }: { what: string; value: string; without: `/${string}` }) {
  return (
    <li className={styles.chip}>
      <span>
        {what} <strong>{value}</strong>
      </span>
      <Link to={without} aria-label={`Show every ${what}`} className={styles.remove}>
        <icons.close size={12} />
      </Link>
    </li>
  )
}
