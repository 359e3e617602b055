import { Button } from '@mantine/core'
import { useSession, useSignOut } from './queries.ts'
import styles from './session-menu.module.css'

/** Who is signed in, and the way out. */
export function SessionMenu() {
  const session = useSession().data
  const signOut = useSignOut()
  if (!session) return null
  return (
    <div className={styles.menu}>
      <span className={styles.name}>{session.principal.name}</span>
      <Button
        size="compact-sm"
        variant="subtle"
        color="gray"
        loading={signOut.isPending}
        onClick={() => signOut.mutate()}
      >
        Sign out
      </Button>
    </div>
  )
}
