import { useState } from 'react'
import type { PipelineDetail } from '../../../api/contract/pipelines.ts'
import styles from './pipeline-page.module.css'

interface StageTableProps {
  pipeline: PipelineDetail
  /** The stage that was clicked in the graph; its settings are open. */
  chosen: string | null
}

/** The graph in words: what every stage is and what it waits for; settings as they would run. */
export function StageTable({ pipeline: { stages, definition }, chosen }: StageTableProps) {
  const [open, setOpen] = useState(false)
  return (
    <details open={open || chosen !== null} onToggle={event => setOpen(event.currentTarget.open)}>
      <summary className={styles.summary}>The same as a list</summary>
      <ol className={styles.stages}>
        {stages.map(({ id, type, needs }, index) => (
          <li key={id} data-chosen={id === chosen || undefined}>
            <strong>{id}</strong> {type}
            <span className={styles.after}>{needs.length === 0 ? 'starts at once' : `after ${needs.join(', ')}`}</span>
            {id === chosen && <pre className={styles.settings}>{settingsOf(definition, index)}</pre>}
          </li>
        ))}
      </ol>
    </details>
  )
}

function settingsOf(definition: PipelineDetail['definition'], index: number): string {
  const { stages } = definition as unknown as { stages: unknown[] }
  return JSON.stringify(stages[index], null, 2)
}
