import { useEffect, useState } from 'react'
import { announce } from '../kit/announce.tsx'
import { icons } from '../kit/icons.tsx'
import { useNow } from '../kit/now.ts'
import { lengthOf } from '../words/time.ts'
import styles from './connection-banner.module.css'
import type { Line } from './feed.ts'
import { useLine } from './live.tsx'

/** A restart of the server is over before this; nobody needs to hear of it. */
const grace = 2_000

/** Says so when the page no longer shows the present. */
export function ConnectionBanner() {
  const line = useLine()
  const [mounted] = useState(() => Date.now())
  const lost = useLost(line, mounted)
  useEffect(() => {
    if (!lost) return
    announce('Connection lost. Trying again.')
    return () => announce('Connected again.')
  }, [lost])
  return lost ? <Banner since={line.at ?? mounted} /> : null
}

/** `since`: epoch ms. The page has read what it shows even when the stream of events has never begun. */
function Banner({ since }: { since: number }) {
  const now = useNow()
  return (
    <div className={styles.banner}>
      <icons.warning />
      <span>
        Connection lost, showing state from <span className="number">{lengthOf(now - since)}</span> ago. Trying again…
      </span>
    </div>
  )
}

function useLost(line: Line, mounted: number): boolean {
  const [late, setLate] = useState(false)
  useEffect(() => {
    setLate(false)
    if (line.connected) return
    const timer = setTimeout(() => setLate(true), (line.at ?? mounted) + grace - Date.now())
    return () => clearTimeout(timer)
  }, [line, mounted])
  return late && !line.connected
}
