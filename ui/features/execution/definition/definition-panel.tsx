import { lazy, Suspense, useState } from 'react'
import type { Execution } from '../../../../pipeline/execution.ts'
import { Boundary } from '../../../kit/boundary.tsx'
import { Panel } from '../../../kit/panel.tsx'
import { Segments } from '../../../kit/segments.tsx'
import styles from './definition.module.css'

const Comparison = lazy(() => import('./comparison.tsx').then(module => ({ default: module.Comparison })))

export const sides = {
  ran: 'As it ran',
  previous: 'Against the previous run',
  newest: 'Against the newest version',
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
