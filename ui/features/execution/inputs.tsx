import type { Execution } from '../../../pipeline/execution.ts'
import { Panel } from '../../kit/panel.tsx'
import { SafeLink } from '../../kit/safe-link.tsx'
import { exactly } from '../../words/time.ts'
import styles from './details.module.css'

/** Everything that went into this run, so that it can be told apart and done again. */
export function Inputs({ execution }: { execution: Execution }) {
  const { id, trigger, revision, definitionHash, createdAt, endedAt, attempt, parameters } = execution
  const facts: [string, string][] = [
    ['execution', id],
    ['trigger', trigger.type],
    ['by', trigger.by],
    ...(trigger.detail === undefined ? [] : ([['detail', trigger.detail]] as [string, string][])),
    ['revision', revision],
    ['definition', definitionHash],
    ['attempt', String(attempt)],
    ['created', exactly(createdAt)],
    ...(endedAt === null ? [] : ([['ended', exactly(endedAt)]] as [string, string][])),
  ]
  return (
    <Panel title="What went in">
      <div className={styles.block}>
        <h3>Parameters</h3>
        {Object.keys(parameters).length === 0 ? (
          <p className={styles.none}>None.</p>
        ) : (
          <List entries={parametersOf(parameters)} />
        )}
      </div>
      <div className={styles.block}>
        <h3>Run</h3>
        <List entries={facts} />
      </div>
    </Panel>
  )
}

function List({ entries }: { entries: [string, string][] }) {
  return (
    <dl className={styles.details}>
      {entries.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <SafeLink href={value}>{value}</SafeLink>
          </dd>
        </div>
      ))}
    </dl>
  )
}

function parametersOf(parameters: Execution['parameters']): [string, string][] {
  return Object.entries(parameters).map(([name, value]) => [name, String(value)])
}
