import { useState } from 'react'
import { percent } from '../../../words/numbers.ts'
import { clock } from '../../../words/time.ts'
import styles from './charts.module.css'
import type { MetricReport } from './difference.ts'
import { wordsOf } from './observation.ts'

/** The newest looks as a table, newest first; drawn only when it is opened. All of them are in the CSV. */
export function Numbers({ metric }: { metric: MetricReport }) {
  const [open, setOpen] = useState(false)
  return (
    <details className={styles.numbers} onToggle={event => setOpen(event.currentTarget.open)}>
      <summary>
        Numbers<span className="sr"> of {metric.name}</span>
      </summary>
      {open && <NumberTable name={metric.name} points={metric.points.toReversed()} />}
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
