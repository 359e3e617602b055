import { type ReactNode, useState } from 'react'
import { HelpDialog } from '../features/help/help-dialog.tsx'
import { useShortcuts } from '../features/help/use-shortcuts.ts'
import { SessionMenu } from '../features/session/session-menu.tsx'
import { ConnectionBanner } from '../live/connection-banner.tsx'
import { Link } from '../router/link.tsx'
import { navigate } from '../router/location.ts'
import { paths } from '../router/routes.ts'
import { Navigation } from './navigation.tsx'
import { SchemeButton } from './scheme-button.tsx'
import styles from './shell.module.css'

/** What surrounds every view: skip link, brand, who is signed in, colours, help, and the state of the connection. */
export function Shell({ children }: { children: ReactNode }) {
  const [help, setHelp] = useState(false)
  useShortcuts({
    help: () => setHelp(true),
    list: () => navigate(paths.executions),
    inbox: () => navigate(paths.inbox),
    pipelines: () => navigate(paths.pipelines),
    traffic: () => navigate(paths.traffic),
    targets: () => navigate(paths.targets),
    audit: () => navigate(paths.audit),
  })
  return (
    <>
      <a href="#content" className={styles.skip}>
        Skip to content
      </a>
      <header className={styles.header}>
        <Link to="/" className={styles.brand}>
          <img src="/favicon.svg" alt="" width="24" height="24" />
          Slipway
        </Link>
        <Navigation />
        <div className={styles.tools}>
          <SchemeButton />
          <button
            type="button"
            className={styles.tool}
            onClick={() => setHelp(true)}
            aria-label="Keys"
            title="Keys (?)"
          >
            ?
          </button>
          <SessionMenu />
        </div>
      </header>
      <ConnectionBanner />
      {children}
      {help && <HelpDialog onClose={() => setHelp(false)} />}
    </>
  )
}
