import { useEffect, useRef } from 'react'
import { icons } from '../../kit/icons.tsx'
import { ProblemNotice } from '../../kit/problem-notice.tsx'
import { Link } from '../../router/link.tsx'
import styles from './executions-page.module.css'
import { type ExecutionFilter, filterPath } from './filter.ts'
import { useOlder } from './queries.ts'

/** The way on: older executions are added when the end comes into sight. A link, so that it can be shared as well. */
export function Older({ filter, next }: { filter: ExecutionFilter; next: string | null }) {
  const { mutate, isPending, error } = useOlder(filter)
  const link = useRef<HTMLAnchorElement>(null)

  useEffect(() => {
    if (next === null || link.current === null || error) return
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) mutate(next)
      },
      { rootMargin: '600px' },
    )
    observer.observe(link.current)
    return () => observer.disconnect()
  }, [next, mutate, error])

  return (
    <>
      {error && next !== null && (
        <ProblemNotice what="Older executions could not be loaded." error={error} onRetry={() => mutate(next)} />
      )}
      {(filter.cursor !== null || next !== null) && (
        <nav className={styles.paging} aria-label="Pages">
          {filter.cursor !== null && <Link to={filterPath(filter, {})}>Newest</Link>}
          {next !== null && (
            <Link ref={link} to={filterPath(filter, { cursor: next })} aria-busy={isPending}>
              Older <icons.chevron size={12} />
            </Link>
          )}
        </nav>
      )}
    </>
  )
}
