import type { BreakerView } from '../../../api/contract/breakers.ts'
import { type IconName, icons } from '../../kit/icons.tsx'
import { ProblemNotice } from '../../kit/problem-notice.tsx'
import { Took } from '../../kit/time.tsx'
import { useBreakers } from './queries.ts'
import styles from './targets-page.module.css'

/** How every state reads. */
const states = {
  closed: { icon: 'check', state: 'breaker closed', meaning: 'asked as usual' },
  open: { icon: 'warning', state: 'breaker open', meaning: 'it only failed, and is left alone for a while' },
  'half-open': { icon: 'question', state: 'breaker half open', meaning: 'asked once, to see whether it answers' },
  unknown: { icon: 'empty', state: 'breaker unknown', meaning: 'only the workers know' },
} as const satisfies Record<BreakerView['state'], { icon: IconName; state: string; meaning: string }>

/** The circuit breakers around metric providers. Nothing for whoever may not see them. */
export function Breakers() {
  const { data, error, refetch } = useBreakers()
  if (error) return <ProblemNotice what="The breakers are not known." error={error} onRetry={() => refetch()} />
  if (!data || data.items.length === 0) return null
  return (
    <ul className={styles.parts} aria-label="Circuit breakers of metric providers">
      {data.items.map(({ name, type, state, since, lastFailure }) => {
        const { icon, state: stands, meaning } = states[state]
        const Icon = icons[icon]
        const failing = state === 'open' || state === 'half-open'
        return (
          <li key={name} className={styles.dependency} data-down={failing || undefined}>
            <Icon />
            <strong>{name}</strong>
            <span>
              {type}, {stands}
              {since !== null && (
                <>
                  {' for '}
                  <Took from={since} to={null} />
                </>
              )}
              : {meaning}
              {failing && lastFailure !== null && ` (${lastFailure})`}
            </span>
          </li>
        )
      })}
    </ul>
  )
}
