import { lazy, Suspense, useState } from 'react'
import type { Execution } from '../../../../pipeline/execution.ts'
import { Boundary } from '../../../kit/boundary.tsx'
import { Panel } from '../../../kit/panel.tsx'
import { Segments } from '../../../kit/segments.tsx'
import { usePinned } from '../queries.ts'
import styles from './definition.module.css'

const Comparison = lazy(() => import('./comparison.tsx').then(module => ({ default: module.Comparison })))

export const sides = {
  ran: 'As it ran',
  previous: 'Against the previous run',
  newest: 'Against what is in force',
} as const

export type Side = keyof typeof sides

/** The definition this run is pinned to, and what has changed about it. Read only when somebody wants to see it. */
export function DefinitionPanel({ execution }: { execution: Execution }) {
  const [side, setSide] = useState<Side | null>(null)
  return (
    <Panel title="Definition" aside={<Segments label="Definition" options={sides} chosen={side} onChoose={setSide} />}>
      {side === null ? (
        <p className={styles.quiet}>
          Pinned to <code>{execution.revision}</code>: what the pipeline becomes later does not change this run.
          <Since id={execution.id} />
        </p>
      ) : (
        <Boundary key={side} what="The definition cannot be shown.">
          <Suspense fallback={<p className={styles.quiet}>Loading…</p>}>
            <Comparison execution={execution} side={side} />
          </Suspense>
        </Boundary>
      )}
    </Panel>
  )
}

/** Says when a run that is started now would be given something else. */
function Since({ id }: { id: string }) {
  const { data } = usePinned(id)
  return data?.inForce?.differs ? <> What is in force now differs.</> : null
}
