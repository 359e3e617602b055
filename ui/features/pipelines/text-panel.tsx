import { Button } from '@mantine/core'
import { useDeferredValue } from 'react'
import type { PipelineDetail } from '../../../api/contract/pipelines.ts'
import { Panel } from '../../kit/panel.tsx'
import { ProblemNotice } from '../../kit/problem-notice.tsx'
import { useValidation } from './queries.ts'
import styles from './text-panel.module.css'
import { YamlText } from './yaml-text.tsx'

interface TextPanelProps {
  pipeline: PipelineDetail
  /** The change that is being tried; null when none is. */
  draft: string | null
  onDraft: (draft: string | null) => void
}

/** The pipeline as it is written, with what is wrong at its place; a change can be tried out and is not kept. */
export function TextPanel({ pipeline: { text, problems }, draft, onDraft }: TextPanelProps) {
  return (
    <Panel
      title="Definition"
      aside={
        <Button size="compact-sm" variant="default" onClick={() => onDraft(draft === null ? text : null)}>
          {draft === null ? 'Try a change' : 'Back to the file'}
        </Button>
      }
    >
      {draft === null ? <YamlText text={text} problems={problems} /> : <Draft text={draft} onChange={onDraft} />}
    </Panel>
  )
}

function Draft({ text, onChange }: { text: string; onChange: (text: string) => void }) {
  const settled = useDeferredValue(text)
  const { data, error } = useValidation(settled)
  return (
    <div className={styles.draft}>
      <p className={styles.note}>Checked as you type; nothing is kept. Copy it into the file to use it.</p>
      <textarea
        className={styles.editor}
        value={text}
        onChange={event => onChange(event.currentTarget.value)}
        aria-label="Definition to try out"
        spellCheck={false}
        maxLength={250_000}
        rows={Math.min(28, text.split('\n').length + 1)}
      />
      {error && <ProblemNotice what="The text could not be checked." error={error} />}
      <p role="status" className={styles.note}>
        {data === undefined ? 'Checking…' : data.valid ? 'It is valid.' : `${data.problems.length} to mend:`}
      </p>
      {data && !data.valid && <YamlText text={settled} problems={data.problems} />}
    </div>
  )
}
