import { type ReactNode, Suspense } from 'react'
import { LoginPage } from './features/session/login-page.tsx'
import { useSession } from './features/session/queries.ts'
import { Boundary } from './kit/boundary.tsx'
import { Page } from './kit/page.tsx'
import { ProblemNotice } from './kit/problem-notice.tsx'
import { Live } from './live/live.tsx'
import { usePlace } from './router/location.ts'
import { match } from './router/routes.ts'
import { NotFound } from './shell/not-found.tsx'
import { Shell } from './shell/shell.tsx'
import { views } from './views.tsx'

/** The view that the address means, for whoever is signed in. */
export function App() {
  const { data: session, error, refetch } = useSession()
  if (session === undefined)
    return error === null ? null : (
      <Page title="Not available" heading="Slipway">
        <ProblemNotice what="The page cannot begin." error={error} onRetry={() => refetch()} />
      </Page>
    )
  if (session === null) return <LoginPage />
  return (
    <Live>
      <Shell>
        <CurrentView />
      </Shell>
    </Live>
  )
}

function CurrentView() {
  const { path } = usePlace()
  const found = match(path)
  return (
    <Boundary key={path} what="This view cannot be shown." around={inPage}>
      <Suspense fallback={<Loading />}>{found ? views[found.view](found.parameters) : <NotFound />}</Suspense>
    </Boundary>
  )
}

function inPage(notice: ReactNode) {
  return (
    <Page title="Not available" heading="Slipway">
      {notice}
    </Page>
  )
}

function Loading() {
  return (
    <main id="content">
      <h1 className="sr">Loading…</h1>
    </main>
  )
}
