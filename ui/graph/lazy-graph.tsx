import { lazy, Suspense } from 'react'
import { Boundary } from '../kit/boundary.tsx'
import type { GraphStage } from './stage-graph.tsx'

const StageGraph = lazy(() => import('./stage-graph.tsx').then(module => ({ default: module.StageGraph })))

/** The graph, which comes in a file of its own. */
export function LazyGraph({ stages }: { stages: readonly GraphStage[] }) {
  return (
    <Boundary what="The graph cannot be shown.">
      <Suspense fallback={<p>Loading…</p>}>
        <StageGraph stages={stages} />
      </Suspense>
    </Boundary>
  )
}
