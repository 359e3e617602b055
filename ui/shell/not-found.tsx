import type { ReactNode } from 'react'
import { Page } from '../kit/page.tsx'
import { Link } from '../router/link.tsx'
import { paths } from '../router/routes.ts'

/** There is nothing at this address. */
export function NotFound({ children }: { children?: ReactNode }) {
  return (
    <Page title="Not found" heading="There is nothing here">
      <p>{children ?? 'The address does not name a view of this page.'}</p>
      <p>
        <Link to={paths.executions}>All executions</Link>
      </p>
    </Page>
  )
}
