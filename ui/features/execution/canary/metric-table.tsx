import type { Margin, Observation } from '../../../../pipeline/canary/judge.ts'
import { VerdictMark } from '../../../kit/verdict-mark.tsx'
import { evidence } from '../../../words/numbers.ts'
import { differenceOf, type JudgmentReport, type MetricReport, marginWords } from './difference.ts'
import { IntervalBar } from './interval-bar.tsx'
import styles from './metric-table.module.css'
import { wordsOf } from './observation.ts'
import type { Threshold } from './thresholds.ts'

interface MetricTableProps {
  metrics: readonly MetricReport[]
  thresholds: ReadonlyMap<string, Threshold>
  margins: ReadonlyMap<string, Margin>
}

/** Every metric with what the judge made of it: both sides, the difference, how strong the evidence is, and a sentence. */
export function MetricTable({ metrics, thresholds, margins }: MetricTableProps) {
  return (
    <div className={styles.frame}>
      <table className={styles.table} aria-label="Metrics, baseline against canary">
        <thead>
          <tr>
            <th scope="col">Metric</th>
            <th scope="col" className={styles.value}>
              Baseline
            </th>
            <th scope="col" className={styles.value}>
              Canary
            </th>
            <th scope="col" className={styles.value}>
              Difference
            </th>
            <th scope="col" className={styles.value}>
              Evidence
            </th>
            <th scope="col">Verdict</th>
          </tr>
        </thead>
        <tbody>
          {metrics.map(({ name, provider, judgment }) => (
            <tr key={name}>
              <th scope="row" className={styles.name}>
                {name}
                <span className={styles.second}>{[provider, ...kinds(judgment)].join(' · ')}</span>
              </th>
              {judgment ? (
                <Judged judgment={judgment} threshold={thresholds.get(name)} margin={margins.get(name)} />
              ) : (
                <NotJudged />
              )}
            </tr>
          ))}
        </tbody>
      </table>
      <p className={styles.note}>
        Evidence is an e-value: at 1,000, fewer than 1 canary in 1,000 would look like this by chance. Intervals and
        evidence hold at every look, however often one looks.
      </p>
    </div>
  )
}

interface JudgedProps {
  judgment: JudgmentReport
  threshold: Threshold | undefined
  margin: Margin | undefined
}

function Judged({ judgment, threshold, margin }: JudgedProps) {
  const { estimate, interval } = differenceOf(judgment)
  return (
    <>
      <Side label="baseline" observation={judgment.baseline} />
      <Side label="canary" observation={judgment.canary} />
      <td className={styles.value} data-label="difference">
        <span>{estimate}</span>
        <span className={styles.second}>{interval}</span>
        {margin && <span className={styles.second}>margin {marginWords(margin, judgment)}</span>}
        <IntervalBar judgment={judgment} margin={margin} />
      </td>
      <td className={styles.value} data-label="evidence">
        <span>{evidence(judgment.evidence)}</span>
        <span className={styles.second}>
          {threshold && `of ${evidence(threshold[judgment.evidenceFor])} `}
          {judgment.evidenceFor === 'fail' ? 'for harm' : 'for no harm'}
        </span>
      </td>
      <td className={styles.verdict}>
        <VerdictMark verdict={judgment.verdict} />
      </td>
      <td className={styles.reason}>{judgment.reason}</td>
    </>
  )
}

function NotJudged() {
  return <td className={styles.reason}>Not judged yet.</td>
}

function Side({ label, observation }: { label: string; observation: Observation }) {
  const { value, of } = wordsOf(observation)
  return (
    <td className={styles.value} data-label={label}>
      <span>{value}</span>
      <span className={styles.second}>{of}</span>
    </td>
  )
}

function kinds(judgment: JudgmentReport | null): string[] {
  if (judgment === null) return []
  const { critical, muted, group } = judgment
  return [...(critical ? ['critical'] : []), ...(muted ? ['muted'] : []), ...(group === null ? [] : [group])]
}
