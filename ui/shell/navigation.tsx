import { useWaiting } from '../features/inbox/queries.ts'
import { useTitleCount } from '../kit/title.ts'
import { Link } from '../router/link.tsx'
import { usePlace } from '../router/location.ts'
import { match, paths, type View } from '../router/routes.ts'
import styles from './shell.module.css'

interface Entry {
  label: string
  /** Views that count as part of it. */
  views: readonly View[]
}

/** The main views, in the order they are needed. */
const entries = {
  inbox: { label: 'Inbox', views: ['inbox'] },
  executions: { label: 'Executions', views: ['executions', 'execution'] },
  pipelines: { label: 'Pipelines', views: ['pipelines', 'pipeline'] },
  traffic: { label: 'Traffic', views: ['traffic'] },
  targets: { label: 'Targets', views: ['targets'] },
} as const satisfies Partial<Record<View, Entry>>

export function Navigation() {
  const { path } = usePlace()
  const current = match(path)?.view
  const waiting = useWaiting()
  useTitleCount(waiting)
  return (
    <nav aria-label="Main" className={styles.nav}>
      {(Object.keys(entries) as (keyof typeof entries)[]).map(name => {
        const { label, views } = entries[name]
        const here = current !== undefined && (views as readonly View[]).includes(current)
        return (
          <Link key={name} to={paths[name]} aria-current={here ? 'page' : undefined}>
            {label}
            {name === 'inbox' && waiting > 0 && (
              <span className={styles.count}>
                {waiting}
                <span className="sr"> waiting for a person</span>
              </span>
            )}
          </Link>
        )
      })}
    </nav>
  )
}
