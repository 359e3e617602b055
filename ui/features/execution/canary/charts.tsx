import { useComputedColorScheme } from '@mantine/core'
import { lazy, Suspense, useMemo } from 'react'
import type { MetricSeries, SeriesReport } from '../../../../api/contract/series.ts'
import type { Analysis } from '../../../../pipeline/schema/analysis.ts'
import { Boundary } from '../../../kit/boundary.tsx'
import { useSeen } from '../../../kit/use-seen.ts'
import styles from './charts.module.css'
import type { MetricReport } from './difference.ts'
import { limitOf } from './guardrails.tsx'
import { Numbers } from './numbers.tsx'

const RateChart = lazy(() => import('../../../charts/rate-chart.tsx').then(module => ({ default: module.RateChart })))

interface ChartsProps {
  series: SeriesReport
  metrics: readonly MetricReport[]
  guardrails: Analysis['guardrails']
}

/** Each metric over time, baseline against canary, over the canary's share of traffic on the same axis. */
export function Charts({ series, metrics, guardrails }: ChartsProps) {
  const at = useMemo(() => series.at.map(milliseconds => milliseconds / 1_000), [series.at])
  return (
    <div className={styles.charts}>
      {series.metrics.map(metric => (
        <Chart
          key={metric.name}
          metric={metric}
          report={metrics.find(({ name }) => name === metric.name)}
          at={at}
          weight={series.weight}
          limit={guardrails.find(one => one.metric === metric.name)?.above}
        />
      ))}
    </div>
  )
}

interface ChartProps {
  metric: MetricSeries
  report: MetricReport | undefined
  at: number[]
  weight: number[]
  limit: number | undefined
}

/** Drawn when it comes near the screen: sixty at once would keep everything else waiting. */
function Chart({ metric, report, at, weight, limit }: ChartProps) {
  const scheme = useComputedColorScheme('light')
  const { ref, seen } = useSeen<HTMLElement>()
  const { name, share, baseline, canary } = metric
  const series = useMemo(() => ({ at, weight, baseline, canary }), [at, weight, baseline, canary])
  return (
    <figure className={styles.chart} ref={ref}>
      <figcaption className={styles.caption}>
        <strong>{name}</strong>
        <span>
          {share ? 'share per look' : 'per look'}
          {limit !== undefined && `, guardrail at ${limitOf(limit)}`}
        </span>
      </figcaption>
      <Boundary what="The chart cannot be shown.">
        <Suspense fallback={<div className={styles.space} />}>
          {/* The key draws it anew in the other colours. */}
          {seen ? (
            <RateChart key={scheme} name={name} series={series} limit={limit} unit={share ? 'share' : 'plain'} />
          ) : (
            <div className={styles.space} />
          )}
        </Suspense>
      </Boundary>
      {report && <Numbers metric={report} />}
    </figure>
  )
}
