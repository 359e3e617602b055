import { type Role, roles } from '../../pipeline/clusters.ts'
import { percent } from '../words/numbers.ts'
import styles from './weight-bar.module.css'

type Shares = Readonly<Record<string, number | undefined>>

/** Who gets how much of the live traffic, as a bar with a legend. */
export function WeightBar({ weights }: { weights: Shares }) {
  const parts = partsOf(weights)
  return (
    <figure className={styles.figure}>
      <Bar parts={parts} />
      <figcaption className={styles.legend}>
        {parts.map(({ role, weight }) => (
          <span key={role} className={styles.entry}>
            <span className={styles.swatch} data-role={role} />
            {role} <strong className="number">{percent(weight)}</strong>
          </span>
        ))}
      </figcaption>
    </figure>
  )
}

/** The canary's share, small enough for a row. */
export function CanaryWeight({ weights }: { weights: Shares }) {
  return (
    <span className={styles.small}>
      <Bar parts={partsOf(weights)} />
      <span className="number">{percent(weights.canary ?? 0)}</span>
    </span>
  )
}

function Bar({ parts }: { parts: Part[] }) {
  const label = parts.map(({ role, weight }) => `${role} ${percent(weight)}`).join(', ')
  return (
    <span className={styles.bar} role="img" aria-label={`Traffic: ${label}`}>
      {parts.map(({ role, weight }) => (
        <span key={role} className={styles.part} data-role={role} style={{ flexGrow: weight }} />
      ))}
    </span>
  )
}

interface Part {
  role: Role
  weight: number
}

function partsOf(weights: Shares): Part[] {
  return roles.map(role => ({ role, weight: weights[role] ?? 0 })).filter(({ weight }) => weight > 0)
}
