import type { Analysis } from '../../../../pipeline/schema/analysis.ts'
import { share, significant, whole } from '../../../words/numbers.ts'
import styles from './canary-report.module.css'

type Guardrail = Analysis['guardrails'][number]

/** Limits that end the canary at once, whatever the judge thinks. */
export function Guardrails({ guardrails }: { guardrails: readonly Guardrail[] }) {
  return (
    <section className={styles.part} aria-label="Guardrails">
      <h3>Guardrails</h3>
      <ul className={styles.guardrails}>
        {guardrails.map(({ metric, above, atLeast }) => (
          <li key={`${metric} ${above}`}>
            Fails at once when <strong>{metric}</strong> of the canary is above {limitOf(above)}, on at least{' '}
            {whole(atLeast)} events.
          </li>
        ))}
      </ul>
    </section>
  )
}

/** A limit of 1 or less is a share: shares are fractions everywhere. */
export function limitOf(above: number): string {
  return above <= 1 ? share(above) : significant(above)
}
