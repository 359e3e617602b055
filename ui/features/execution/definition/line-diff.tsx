import { diffLines } from 'diff'
import styles from './definition.module.css'

interface LineDiffProps {
  from: string
  to: string
  /** Every line, also where nothing has changed. */
  all?: boolean
}

/** Unchanged lines that are shown around a change. */
const around = 3

/** Two texts as one, line by line: what went, what came, and a little of what stayed. */
export function LineDiff({ from, to, all = false }: LineDiffProps) {
  const parts = diffLines(from, to)
  const changed = parts.some(({ added, removed }) => added || removed)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by key
    <section className={styles.diff} aria-label={changed ? 'What has changed' : 'Definition'} tabIndex={0}>
      {parts.map((part, index) => {
        const lines = part.value.replace(/\n$/, '').split('\n')
        const kind = part.added ? 'added' : part.removed ? 'removed' : 'same'
        const shown = kind === 'same' && !all ? trimmed(lines, index > 0, index < parts.length - 1) : lines
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: parts have no other identity, and the whole is drawn anew
          <pre key={index} data-kind={kind}>
            {shown.map(line => `${marks[kind]} ${line}`).join('\n')}
          </pre>
        )
      })}
    </section>
  )
}

const marks = { added: '+', removed: '−', same: ' ' }

function trimmed(lines: string[], after: boolean, before: boolean): string[] {
  const kept = (after ? around : 0) + (before ? around : 0)
  if (lines.length <= kept + 1) return lines
  const head = after ? lines.slice(0, around) : []
  const tail = before ? lines.slice(-around) : []
  return [...head, `… ${lines.length - head.length - tail.length} lines`, ...tail]
}
