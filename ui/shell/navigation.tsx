import type { Right } from '../../api/contract/permissions.ts'
import { useWaiting } from '../features/inbox/queries.ts'
import { useSession } from '../features/session/queries.ts'
import { useTitleCount } from '../kit/title.ts'
import { Link } from '../router/link.tsx'
import { usePlace } from '../router/location.ts'
import { match, paths, type View } from '../router/routes.ts'
import styles from './shell.module.css'

interface Entry {
  label: string
  /** Views that count as part of it. */
  views: readonly View[]
  /** Who lacks it does not see the entry. */
  needs?: Right
}

/** The main views, in the order they are needed. */
const entries = {
  inbox: { label: 'Inbox', views: ['inbox'] },
  executions: { label: 'Executions', views: ['executions', 'execution'] },
  pipelines: { label: 'Pipelines', views: ['pipelines', 'pipeline'] },
  traffic: { label: 'Traffic', views: ['traffic'] },
  targets: { label: 'Targets', views: ['targets'] },
  audit: { label: 'Audit', views: ['audit'], needs: 'audit:read' },
} satisfies Partial<Record<View, Entry>>

export function Navigation() {
  const { path } = usePlace()
  const current = match(path)?.view
  const waiting = useWaiting()
  const rights = useSession().data?.rights ?? []
  const shown = (Object.entries(entries) as [keyof typeof entries, Entry][]).filter(
    ([, { needs }]) => needs === undefined || rights.includes(needs),
  )
  useTitleCount(waiting)
  return (
    <nav aria-label="Main" className={styles.nav}>
      {shown.map(([name, { label, views }]) => {
        const here = current !== undefined && views.includes(current)
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
