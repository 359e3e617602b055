import { Button } from '@mantine/core'
import { ApiProblem, ServerUnreachable } from '../../api/client/errors.ts'
import { icons } from './icons.tsx'
import styles from './problem-notice.module.css'

interface ProblemNoticeProps {
  error: unknown
  /** What did not work, as a sentence: "The executions could not be loaded." */
  what: string
  onRetry?: () => void
}

/** A failure as the server put it, with the request id that finds it in the server's log. */
export function ProblemNotice({ error, what, onRetry }: ProblemNoticeProps) {
  const { title, detail, requestId, errors } = wordsOf(error)
  return (
    <div className={styles.notice} role="alert">
      <icons.warning size={20} />
      <div className={styles.words}>
        <strong>{what}</strong>
        <p>
          {title}
          {detail ? `: ${detail}` : ''}
        </p>
        {errors.length > 0 && (
          <ul>
            {errors.map(line => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        )}
        {requestId && (
          <p className={styles.request}>
            Request <code>{requestId}</code>
          </p>
        )}
        {onRetry && (
          <Button size="compact-sm" variant="default" onClick={onRetry}>
            Try again
          </Button>
        )}
      </div>
    </div>
  )
}

interface Words {
  title: string
  detail: string
  requestId: string
  errors: string[]
}

function wordsOf(error: unknown): Words {
  if (error instanceof ApiProblem) {
    const { title, detail, requestId, errors } = error.problem
    return { title, detail, requestId, errors: errors.map(({ pointer, message }) => `${pointer} ${message}`.trim()) }
  }
  if (error instanceof ServerUnreachable)
    return { title: 'The server does not answer', detail: 'is it running?', requestId: '', errors: [] }
  return { title: error instanceof Error ? error.message : String(error), detail: '', requestId: '', errors: [] }
}
