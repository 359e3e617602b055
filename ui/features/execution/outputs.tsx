import type { Json } from '../../../pipeline/execution.ts'
import { SafeLink } from '../../kit/safe-link.tsx'
import styles from './details.module.css'

/** What a stage hands on to later ones. */
export function Outputs({ outputs }: { outputs: Readonly<Record<string, Json>> }) {
  const entries = Object.entries(outputs)
  if (entries.length === 0) return null
  return (
    <details>
      <summary className={styles.summary}>{entries.length === 1 ? 'One output' : `${entries.length} outputs`}</summary>
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
    </details>
  )
}

function Value({ value }: { value: Json }) {
  if (typeof value === 'string') return <SafeLink href={value}>{value}</SafeLink>
  if (typeof value === 'object' && value !== null) return <pre>{JSON.stringify(value, null, 2)}</pre>
  return <>{String(value)}</>
}
