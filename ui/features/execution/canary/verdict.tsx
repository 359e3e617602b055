import type { StageAnalysis } from '../../../../api/contract/analysis.ts'
import { Ago } from '../../../kit/time.tsx'
import { VerdictMark } from '../../../kit/verdict-mark.tsx'
import styles from './canary-report.module.css'

/** What the judge says: the verdict, its sentence, and how recent it is. */
export function Verdict({ analysis, over }: { analysis: StageAnalysis; over: boolean }) {
  const newest = analysis.looks.at(-1)
  const { judge, verdict } = analysis
  return (
    <section className={styles.verdict} aria-label="Verdict">
      <div className={styles.says}>
        <h3>{over ? 'Verdict' : 'Verdict so far'}</h3>
        {verdict ? <VerdictMark verdict={verdict} large="large" /> : <span>none yet: the judge has not looked</span>}
      </div>
      {newest && <p className={styles.sentence}>{newest.reason}</p>}
      {newest && (
        <p className={styles.judge}>
          Look {newest.look}, <Ago at={newest.at} />
          {judge && `, ${judge.type} judge ${judge.version}`}
        </p>
      )}
    </section>
  )
}
