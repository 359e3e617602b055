import { icons } from '../../kit/icons.tsx'
import { Page } from '../../kit/page.tsx'
import { ProblemNotice } from '../../kit/problem-notice.tsx'
import { Link } from '../../router/link.tsx'
import { usePlace } from '../../router/location.ts'
import { paths } from '../../router/routes.ts'
import styles from './audit-page.module.css'
import { ChainPanel } from './chain-panel.tsx'
import { type AuditFilter, filterPath, isFiltered, readFilter } from './filter.ts'
import { useAudit } from './queries.ts'
import { RecordList } from './record-list.tsx'
import { SearchForm } from './search-form.tsx'

/** What was done and what was refused, newest first, and whether the log still is what was written. */
export function AuditPage() {
  const { search } = usePlace()
  const filter = readFilter(search)
  const { data, error, refetch, isPlaceholderData } = useAudit(filter)
  return (
    <Page title="Audit" heading="Audit log">
      <ChainPanel />
      <SearchForm key={filterPath(filter, {})} filter={filter} />
      {error && <ProblemNotice what="The log could not be searched." error={error} onRetry={() => refetch()} />}
      {!error && data?.items.length === 0 && <Nothing filter={filter} />}
      {!error && data && data.items.length > 0 && (
        <RecordList records={data.items} filter={filter} busy={isPlaceholderData} />
      )}
      {!data && !error && <p className={styles.quiet}>Loading…</p>}
      {!error && <Pages filter={filter} next={data?.next ?? null} />}
    </Page>
  )
}

function Nothing({ filter }: { filter: AuditFilter }) {
  const narrowed = isFiltered(filter) || filter.cursor !== null
  return (
    <div className={styles.empty}>
      <h2>{narrowed ? 'No record fits' : 'Nothing has been recorded yet'}</h2>
      {narrowed ? (
        <p>
          Actor, action and subject are compared as a whole. <Link to={paths.audit}>Show all records</Link>
        </p>
      ) : (
        <p>Every change, every answer to a judgment and every refusal will be here, in order.</p>
      )}
    </div>
  )
}

function Pages({ filter, next }: { filter: AuditFilter; next: string | null }) {
  if (filter.cursor === null && next === null) return null
  return (
    <nav className={styles.pages} aria-label="Pages">
      {filter.cursor !== null && <Link to={filterPath(filter, {})}>Newest</Link>}
      {next !== null && (
        <Link to={filterPath(filter, { cursor: next })}>
          Older <icons.chevron size={12} />
        </Link>
      )}
    </nav>
  )
}
