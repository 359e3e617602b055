import { stringify } from 'yaml'
import type { PipelineDetail } from '../../../../api/contract/pipelines.ts'
import { ProblemNotice } from '../../../kit/problem-notice.tsx'
import { Link } from '../../../router/link.tsx'
import { executionPath } from '../../../router/routes.ts'
import { LineDiff } from '../../execution/definition/line-diff.tsx'
import { usePinned } from '../../execution/queries.ts'
import styles from '../pipeline-page.module.css'
import type { Version } from './versions.ts'

interface VersionDiffProps {
  pipeline: PipelineDetail
  from: Version
  to: Version
}

/** Two versions line by line: their texts, or, where a source cannot tell one any more, what both would do. */
export function VersionDiff({ pipeline, from, to }: VersionDiffProps) {
  const [before, after] = [useWritten(pipeline, from), useWritten(pipeline, to)]
  const error = before.error ?? after.error
  if (error) return <ProblemNotice what="The versions could not be compared." error={error} />
  if (!before.data || !after.data) return <p className={styles.none}>Loading…</p>
  const [a, b] = [before.data.text, after.data.text]
  const bothTexts = a !== null && b !== null
  return (
    <>
      <p className={styles.none}>
        {bothTexts ? 'As it is written.' : 'As it runs: durations are in milliseconds, percentages are fractions.'}
        {from.execution !== null && (
          <>
            {' '}
            The newest run of the first is <Link to={executionPath(from.execution)}>{from.execution}</Link>.
          </>
        )}
      </p>
      {bothTexts ? (
        <LineDiff from={a} to={b} />
      ) : (
        <LineDiff from={yamlOf(before.data.definition)} to={yamlOf(after.data.definition)} />
      )}
    </>
  )
}

/** Text and definition of a version: of the newest run of it, or of what is in force. */
function useWritten({ text, definition }: PipelineDetail, { execution, inForce }: Version) {
  const pinned = usePinned(inForce ? null : execution)
  return inForce ? { data: { text, definition }, error: null } : pinned
}

function yamlOf(definition: unknown): string {
  return stringify(definition, { lineWidth: 0 })
}
