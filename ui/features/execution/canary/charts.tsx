import { useComputedColorScheme } from '@mantine/core'
import { lazy, Suspense, useMemo, useState } from 'react'
import type { Analysis } from '../../../../pipeline/schema/analysis.ts'
import type { Series } from '../../../charts/rate-chart.tsx'
import { Boundary } from '../../../kit/boundary.tsx'
import { percent } from '../../../words/numbers.ts'
import { clock } from '../../../words/time.ts'
import styles from './charts.module.css'
import type { MetricReport } from './difference.ts'
import { limitOf } from './guardrails.tsx'
import { isShare, numberOf, wordsOf } from './observation.ts'

const RateChart = lazy(() => import('../../../charts/rate-chart.tsx').then(module => ({ default: module.RateChart })))

interface ChartsProps {
  metrics: readonly MetricReport[]
  guardrails: Analysis['guardrails']
}

/** Each metric over time, baseline against canary, over the canary's share of traffic on the same axis. */
export function Charts({ metrics, guardrails }: ChartsProps) {
  return (
    <div className={styles.charts}>
      {metrics.map(metric => (
        <Chart key={metric.name} metric={metric} limit={guardrails.find(one => one.metric === metric.name)?.above} />
      ))}
    </div>
  )
}

function Chart({ metric, limit }: { metric: MetricReport; limit: number | undefined }) {
  const scheme = useComputedColorScheme('light')
  const series = useMemo(() => seriesOf(metric), [metric])
  const asShare = metric.points.some(({ baseline, canary }) => isShare(baseline) || isShare(canary))
  if (series.at.length === 0) return null
  return (
    <figure className={styles.chart}>
      <figcaption className={styles.caption}>
        <strong>{metric.name}</strong>
        <span>
          {asShare ? 'share per look' : 'per look'}
          {limit !== undefined && `, guardrail at ${limitOf(limit)}`}
        </span>
      </figcaption>
      <Boundary what="The chart cannot be shown.">
        <Suspense fallback={<div className={styles.space} />}>
          {/* The key draws it anew in the other colours. */}
          <RateChart key={scheme} name={metric.name} series={series} limit={limit} unit={asShare ? 'share' : 'plain'} />
        </Suspense>
      </Boundary>
      <Numbers metric={metric} />
    </figure>
  )
}

/** Rows that are drawn: hundreds of looks at every look would cost more than they tell. */
const rows = 100

/** The same as a table, newest first; drawn only when it is opened. */
function Numbers({ metric }: { metric: MetricReport }) {
  const [open, setOpen] = useState(false)
  return (
    <details className={styles.numbers} onToggle={event => setOpen(event.currentTarget.open)}>
      <summary>
        Numbers<span className="sr"> of {metric.name}</span>
      </summary>
      {open && <NumberTable name={metric.name} points={metric.points.toReversed().slice(0, rows)} />}
    </details>
  )
}

function NumberTable({ name, points }: { name: string; points: MetricReport['points'] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by key
    <section className={styles.scroll} aria-label={`Numbers of ${name}`} tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Until</th>
            <th scope="col">Weight</th>
            <th scope="col">Baseline</th>
            <th scope="col">Canary</th>
          </tr>
        </thead>
        <tbody>
          {points.map(({ look, to, weights, baseline, canary }) => (
            <tr key={look}>
              <th scope="row">{clock(to)}</th>
              <td>{percent(weights.canary ?? 0)}</td>
              <td>{phrase(baseline)}</td>
              <td>{phrase(canary)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function phrase(observation: MetricReport['points'][number]['canary']): string {
  const { value, of } = wordsOf(observation)
  return of === '' ? value : `${value} (${of})`
}

function seriesOf({ points }: MetricReport): Series {
  return {
    at: points.map(({ to }) => Date.parse(to) / 1_000),
    baseline: points.map(({ baseline, exposure }) => numberOf(baseline, exposure?.baseline ?? null)),
    canary: points.map(({ canary, exposure }) => numberOf(canary, exposure?.canary ?? null)),
    weight: points.map(({ weights }) => weights.canary ?? 0),
  }
}
