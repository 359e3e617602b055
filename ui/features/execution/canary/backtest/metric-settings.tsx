import type { MetricJudgment } from '../../../../../pipeline/canary/judge.ts'
import { VerdictMark } from '../../../../kit/verdict-mark.tsx'
import styles from './backtest.module.css'
import type { Settings } from './settings.ts'

interface MetricSettingsProps {
  settings: Settings
  onChange: (part: Partial<Settings>) => void
  judged: readonly MetricJudgment[]
}

/** Margin, critical and muted of every metric, and what would have become of it. */
export function MetricSettings({ settings: { metrics }, onChange, judged }: MetricSettingsProps) {
  const change = (name: string, part: Partial<Settings['metrics'][string]>) =>
    onChange({ metrics: { ...metrics, [name]: { ...metrics[name]!, ...part } } })
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by key
    <section className={styles.scroll} aria-label="Metrics to try out" tabIndex={0}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">Metric</th>
            <th scope="col">Margin, %</th>
            <th scope="col">Critical</th>
            <th scope="col">Left out</th>
            <th scope="col">Would be</th>
          </tr>
        </thead>
        <tbody>
          {Object.entries(metrics).map(([name, { margin, critical, muted }]) => {
            const would = judged.find(one => one.name === name)
            return (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>
                  <input
                    className={styles.number}
                    inputMode="decimal"
                    value={margin}
                    onChange={event => change(name, { margin: event.currentTarget.value })}
                    aria-label={`Margin of ${name} in percent`}
                    maxLength={20}
                  />
                </td>
                <td>
                  <input
                    type="checkbox"
                    checked={critical}
                    onChange={event => change(name, { critical: event.currentTarget.checked })}
                    aria-label={`${name} is critical`}
                  />
                </td>
                <td>
                  <input
                    type="checkbox"
                    checked={muted}
                    onChange={event => change(name, { muted: event.currentTarget.checked })}
                    aria-label={`Leave ${name} out`}
                  />
                </td>
                <td>{would && <VerdictMark verdict={would.verdict} />}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </section>
  )
}
