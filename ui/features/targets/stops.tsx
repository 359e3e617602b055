import type { FreezeView } from '../../../api/contract/freezes.ts'
import { icons } from '../../kit/icons.tsx'
import { ProblemNotice } from '../../kit/problem-notice.tsx'
import { Left, Took } from '../../kit/time.tsx'
import { Link } from '../../router/link.tsx'
import { executionPath } from '../../router/routes.ts'
import { exactly } from '../../words/time.ts'
import { useFreezes, useQuarantine } from './queries.ts'
import styles from './targets-page.module.css'

/** What keeps releases from going out: freezes, and versions that were found bad. Nothing when nothing does. */
export function Stops() {
  const freezes = useFreezes()
  const quarantine = useQuarantine()
  const kept = quarantine.data?.items.filter(({ releasedAt }) => releasedAt === null) ?? []
  return (
    <>
      {freezes.error && <ProblemNotice what="Whether something is frozen is not known." error={freezes.error} />}
      {quarantine.error && <ProblemNotice what="What is in quarantine is not known." error={quarantine.error} />}
      {(freezes.data?.items.length ?? 0) + kept.length > 0 && (
        <ul className={styles.stops} aria-label="What keeps releases from going out">
          {freezes.data?.items.map(freeze => (
            <Frozen key={freeze.name} freeze={freeze} />
          ))}
          {kept.map(({ service, version, reason, execution, since, until }) => (
            <li key={`${service} ${version}`} className={styles.stop}>
              <span className={styles.mark}>
                <icons.slash />
              </span>
              <span>
                <strong>
                  {service} {version}
                </strong>{' '}
                has been in quarantine for <Took from={since} to={null} />, and is for another <Left until={until} />:{' '}
                {reason} (<Link to={executionPath(execution)}>{execution}</Link>)
              </span>
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

function Frozen({ freeze }: { freeze: FreezeView }) {
  const { name, reason, scope, startsAt, endsAt, state, createdBy } = freeze
  const coming = state === 'coming'
  const covered = Object.values(scope).flat()
  return (
    <li className={styles.stop} data-coming={coming || undefined}>
      <span className={styles.mark}>
        <icons.hand />
      </span>
      <span>
        <strong>{name}</strong> {coming ? `freezes from ${exactly(startsAt)}` : 'freezes'}{' '}
        {covered.length === 0 ? 'everything' : covered.join(', ')} until {exactly(endsAt)}: {reason} ({createdBy})
      </span>
    </li>
  )
}
