import type { PipelineSummary } from '../../../api/contract/pipelines.ts'
import { icons } from '../../kit/icons.tsx'
import { Link } from '../../router/link.tsx'
import { pipelinePath } from '../../router/routes.ts'
import styles from './inbox-page.module.css'

/** A definition that somebody has to mend. */
export function BrokenEntry({ pipeline: { name, source, valid, problems, refused } }: { pipeline: PipelineSummary }) {
  const found = valid ? (refused?.problems ?? []) : problems
  const [first] = found
  return (
    <article className={styles.entry} data-tone="bad">
      <span className={styles.icon}>
        <icons.warning size={20} />
      </span>
      <div className={styles.words}>
        <h2>
          <Link to={pipelinePath(name)} data-row>
            {name}
          </Link>{' '}
          <span className={styles.what}>{valid ? 'has a newer version that is not valid' : 'is not valid'}</span>
        </h2>
        {first && (
          <p className={styles.reason}>
            {source}
            {first.line !== null && `:${first.line}:${first.column ?? 1}`} {first.message}
            {found.length > 1 && ` (and ${found.length - 1} more)`}
          </p>
        )}
      </div>
    </article>
  )
}
