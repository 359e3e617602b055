import type { Health } from '../../../api/contract/server.ts'
import { icons } from '../../kit/icons.tsx'
import { ProblemNotice } from '../../kit/problem-notice.tsx'
import { useHealth } from './queries.ts'
import styles from './targets-page.module.css'

/** What happens while each of them is away; people want to know that before they want to know why. */
const parts = {
  store: { name: 'Store', without: 'lists are old; approve and promote are refused, roll back and cancel work' },
  temporal: { name: 'Temporal', without: 'nothing starts, runs stand still' },
  worker: { name: 'Worker', without: 'runs wait until one is there' },
} as const satisfies Record<keyof Health['checks'], { name: string; without: string }>

/** Whether what the server depends on answers. */
export function Dependencies() {
  const { data, error, refetch } = useHealth()
  if (error) return <ProblemNotice what="The server's health is not known." error={error} onRetry={() => refetch()} />
  if (!data) return null
  return (
    <ul className={styles.parts} aria-label="What the server depends on">
      {(Object.keys(parts) as (keyof typeof parts)[]).map(part => {
        const up = data.checks[part] === 'ok'
        const Icon = up ? icons.check : icons.warning
        return (
          <li key={part} className={styles.dependency} data-down={!up || undefined}>
            <Icon />
            <strong>{parts[part].name}</strong>
            <span>{up ? 'answers' : `does not answer: ${parts[part].without}`}</span>
          </li>
        )
      })}
    </ul>
  )
}
