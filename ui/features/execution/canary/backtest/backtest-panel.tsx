import { lazy, Suspense, useState } from 'react'
import type { StageOf } from '../../../../../pipeline/schema/stage.ts'
import { Boundary } from '../../../../kit/boundary.tsx'
import styles from './backtest.module.css'

const Backtest = lazy(() => import('./backtest.tsx').then(module => ({ default: module.LoadedBacktest })))

/** What another configuration would have said to the same data. Judged in the browser, and only when it is opened. */
export function BacktestPanel(props: { execution: string; canary: StageOf<'canary'> }) {
  const [open, setOpen] = useState(false)
  return (
    <details className={styles.panel} onToggle={event => setOpen(event.currentTarget.open)}>
      <summary>What would another configuration have said?</summary>
      {open && (
        <Boundary what="It cannot be judged here.">
          <Suspense fallback={<p>Loading…</p>}>
            <Backtest {...props} />
          </Suspense>
        </Boundary>
      )}
    </details>
  )
}
