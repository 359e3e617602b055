import { useRef } from 'react'
import { icons } from '../../kit/icons.tsx'
import { Page } from '../../kit/page.tsx'
import { ProblemNotice } from '../../kit/problem-notice.tsx'
import { Link } from '../../router/link.tsx'
import { usePlace } from '../../router/location.ts'
import { useShortcuts } from '../help/use-shortcuts.ts'
import { EmptyExecutions } from './empty-executions.tsx'
import { ExecutionTable } from './execution-table.tsx'
import styles from './executions-page.module.css'
import { type ExecutionFilter, filterPath, isFiltered, readFilter } from './filter.ts'
import { FilterBar } from './filter-bar.tsx'
import { useExecutions } from './queries.ts'

/** All executions, newest first, as they change. */
export function ExecutionsPage() {
  const { search } = usePlace()
  const filter = readFilter(search)
  const { data, error, refetch, isPlaceholderData } = useExecutions(filter)
  const list = useRef<HTMLDivElement>(null)
  useShortcuts({ 'next-row': () => moveFocus(list.current, 1), 'previous-row': () => moveFocus(list.current, -1) })

  return (
    <Page title="Executions" heading="Executions">
      <FilterBar filter={filter} />
      {error && <ProblemNotice what="The executions could not be loaded." error={error} onRetry={() => refetch()} />}
      {data && data.items.length === 0 && <EmptyExecutions filtered={isFiltered(filter) || filter.cursor !== null} />}
      {data && data.items.length > 0 && (
        <div ref={list} className={styles.list} aria-busy={isPlaceholderData}>
          <ExecutionTable executions={data.items} filter={filter} />
        </div>
      )}
      {!data && !error && <p className={styles.loading}>Loading…</p>}
      {data && <Paging filter={filter} next={data.next} />}
    </Page>
  )
}

function Paging({ filter, next }: { filter: ExecutionFilter; next: string | null }) {
  if (filter.cursor === null && next === null) return null
  return (
    <nav className={styles.paging} aria-label="Pages">
      {filter.cursor !== null && <Link to={filterPath(filter, {})}>Newest</Link>}
      {next !== null && (
        <Link to={filterPath(filter, { cursor: next })}>
          Older <icons.chevron size={12} />
        </Link>
      )}
    </nav>
  )
}

/** Moves the focus by one row, to the first row when none has it; stays at the ends. */
function moveFocus(list: HTMLElement | null, step: 1 | -1): void {
  const rows = [...(list?.querySelectorAll<HTMLElement>('[data-row]') ?? [])]
  const at = rows.indexOf(document.activeElement as HTMLElement)
  const next = at === -1 ? rows[0] : rows[at + step]
  next?.focus()
  next?.scrollIntoView({ block: 'nearest' })
}
