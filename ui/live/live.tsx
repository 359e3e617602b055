import { useQueryClient } from '@tanstack/react-query'
import { createContext, type ReactNode, use, useEffect, useState, useSyncExternalStore } from 'react'
import { ApiProblem } from '../../api/client/errors.ts'
import { useClient } from '../client.ts'
import { applyEvents } from './apply.ts'
import { batched } from './batched.ts'
import { type Feed, type Line, openFeed } from './feed.ts'
import { keys } from './keys.ts'
import { createRefresher } from './refresher.ts'
import { browserTabs } from './tabs.ts'

const LineContext = createContext<Feed | null>(null)

/** How often a tab that is looked at makes sure that the leading one still answers. */
const checkEvery = 4_000

/** Events that come within so many milliseconds are drawn at once. */
const together = 50

/** Keeps the query cache below it up to date with the server's events. */
export function Live({ children }: { children: ReactNode }) {
  const client = useClient()
  const queryClient = useQueryClient()
  const [feed, setFeed] = useState<Feed | null>(null)

  useEffect(() => {
    const refresher = createRefresher(queryClient)
    const opened = openFeed({
      events: client.events,
      tabs: browserTabs('slipway-live'),
      now: Date.now,
      onEvent: batched(together, events => applyEvents(queryClient, refresher, events)),
      onGap: () => void queryClient.invalidateQueries({ predicate: query => query.queryKey[0] !== keys.session[0] }),
      onRefused: error => {
        if (error instanceof ApiProblem) void queryClient.invalidateQueries({ queryKey: keys.session })
      },
    })
    const timer = setInterval(() => document.hidden || opened.check(), checkEvery)
    setFeed(opened)
    return () => {
      clearInterval(timer)
      opened.close()
    }
  }, [client, queryClient])

  return <LineContext value={feed}>{children}</LineContext>
}

const idle: Line = { connected: false, at: null }
const never = () => () => {}
const notYet = () => idle

/** Whether what is shown is up to date. */
export function useLine(): Line {
  const feed = use(LineContext)
  return useSyncExternalStore(feed?.subscribe ?? never, feed?.line ?? notYet)
}
