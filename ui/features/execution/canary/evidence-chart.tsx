import { useComputedColorScheme } from '@mantine/core'
import { lazy, Suspense, useMemo } from 'react'
import type { SeriesReport } from '../../../../api/contract/series.ts'
import { Boundary } from '../../../kit/boundary.tsx'
import styles from './charts.module.css'
import { standingOf } from './standing.ts'
import type { Threshold } from './thresholds.ts'

const StandingChart = lazy(() =>
  import('../../../charts/standing-chart.tsx').then(module => ({ default: module.StandingChart })),
)

interface EvidenceChartProps {
  series: SeriesReport
  /** Empty for a judge that does not go by evidence. */
  thresholds: ReadonlyMap<string, Threshold>
}

/** The evidence over time against what it takes to decide; nothing for a judge that only looks at the end. */
export function EvidenceChart({ series, thresholds }: EvidenceChartProps) {
  const scheme = useComputedColorScheme('light')
  const standing = useMemo(() => standingOf(series, thresholds), [series, thresholds])
  if (standing.metrics.length === 0 || standing.at.length < 2) return null
  return (
    <figure className={styles.chart}>
      <figcaption className={styles.caption}>
        <strong>Evidence</strong>
        <span>how near each metric is to being decided; at a dashed line it is</span>
      </figcaption>
      <Boundary what="The chart cannot be shown.">
        <Suspense fallback={<div className={styles.space} />}>
          {/* The key draws it anew in the other colours. */}
          <StandingChart key={scheme} standing={standing} />
        </Suspense>
      </Boundary>
    </figure>
  )
}
