import type { BreakerView } from '../../../api/contract/breakers.ts'
import { type IconName, icons } from '../../kit/icons.tsx'
import { ProblemNotice } from '../../kit/problem-notice.tsx'
import { Ago } from '../../kit/time.tsx'
import { useBreakers } from './queries.ts'
import styles from './targets-page.module.css'

/** How every state reads; an open breaker is a warning, not a failure: canaries go on and say `errored` for themselves. */
const states = {
  closed: { icon: 'check', words: 'breaker closed: asked as usual' },
  open: { icon: 'warning', words: 'breaker open: only failed, and is left alone for a while' },
  'half-open': { icon: 'question', words: 'breaker half open: asked once, to see whether it answers' },
  unknown: { icon: 'empty', words: 'known to the workers only' },
} as const satisfies Record<BreakerView['state'], { icon: IconName; words: string }>

/** The circuit breakers around metric providers. Nothing for whoever may not see them. */
export function Breakers() {
  const { data, error, refetch } = useBreakers()
  if (error) return <ProblemNotice what="The breakers are not known." error={error} onRetry={() => refetch()} />
  if (!data || data.items.length === 0) return null
  return (
    <ul className={styles.parts} aria-label="Circuit breakers of metric providers">
      {data.items.map(({ name, type, state, since, lastFailure }) => {
        const { icon, words } = states[state]
        const Icon = icons[icon]
        const failing = state === 'open' || state === 'half-open'
        return (
          <li key={name} className={styles.dependency} data-down={failing || undefined}>
            <Icon />
            <strong>{name}</strong>
            <span>
              {type}, {words}
              {since !== null && (
                <>
                  , since <Ago at={since} />
                </>
              )}
              {failing && lastFailure !== null && `: ${lastFailure}`}
            </span>
          </li>
        )
      })}
    </ul>
  )
}
