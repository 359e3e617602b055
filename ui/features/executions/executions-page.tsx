import { Page } from '../../kit/page.tsx'
import { ProblemNotice } from '../../kit/problem-notice.tsx'
import { usePlace } from '../../router/location.ts'
import { EmptyExecutions } from './empty-executions.tsx'
import { ExecutionTable } from './execution-table.tsx'
import styles from './executions-page.module.css'
import { isFiltered, readFilter } from './filter.ts'
import { FilterBar } from './filter-bar.tsx'
import { Older } from './older.tsx'
import { useExecutions } from './queries.ts'

/** All executions, newest first, as they change. */
export function ExecutionsPage() {
  const { search } = usePlace()
  const filter = readFilter(search)
  const { data, error, refetch, isPlaceholderData } = useExecutions(filter)

  return (
    <Page title="Executions" heading="Executions">
      <FilterBar filter={filter} />
      {error && <ProblemNotice what="The executions could not be loaded." error={error} onRetry={() => refetch()} />}
      {data && data.items.length === 0 && <EmptyExecutions filtered={isFiltered(filter) || filter.cursor !== null} />}
      {data && data.items.length > 0 && (
        <div className={styles.list} aria-busy={isPlaceholderData}>
          <ExecutionTable executions={data.items} filter={filter} />
        </div>
      )}
      {!data && !error && <p className={styles.loading}>Loading…</p>}
      {data && <Older filter={filter} next={data.next} />}
    </Page>
  )
}
