import type { Json } from '../../../pipeline/execution.ts'
import { SafeLink } from '../../kit/safe-link.tsx'
import styles from './details.module.css'

/** What a stage hands on to later ones. */
export function Outputs({ outputs }: { outputs: Readonly<Record<string, Json>> }) {
  const entries = Object.entries(outputs)
  if (entries.length === 0) return null
  return (
    <div className={styles.block}>
      <h3>Outputs</h3>
      <dl className={styles.details}>
        {entries.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <Value value={value} />
            </dd>
          </div>
        ))}
      </dl>
    </div>
  )
}

function Value({ value }: { value: Json }) {
  if (typeof value === 'string') return <SafeLink href={value}>{value}</SafeLink>
  if (typeof value === 'object' && value !== null) return <pre>{JSON.stringify(value, null, 2)}</pre>
  return <>{String(value)}</>
}
