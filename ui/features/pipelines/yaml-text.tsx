import type { ProblemError } from '../../../api/contract/problem.ts'
import styles from './text-panel.module.css'

/** Lines of a definition with their numbers; what is wrong stands below its line. */
export function YamlText({ text, problems }: { text: string; problems: readonly ProblemError[] }) {
  const lines = text.replace(/\n$/, '').split('\n')
  const placed = Map.groupBy(problems, ({ line }) => (line !== null && line <= lines.length ? line : null))
  return (
    <>
      {placed.get(null)?.map(problem => (
        <p key={problem.message} className={styles.problem}>
          {problem.pointer} {problem.message}
        </p>
      ))}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by key */}
      <section className={styles.text} aria-label="Text of the definition" tabIndex={0}>
        <ol>
          {lines.map((line, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a line has no other identity than its number
            <li key={index} data-wrong={placed.has(index + 1) || undefined}>
              <code>{coloured(line)}</code>
              {placed.get(index + 1)?.map(({ column, message }) => (
                <p key={`${column} ${message}`} className={styles.problem}>
                  <span className={styles.caret} aria-hidden="true">
                    {' '.repeat(Math.max(0, (column ?? 1) - 1))}↑{' '}
                  </span>
                  {message}
                </p>
              ))}
            </li>
          ))}
        </ol>
      </section>
    </>
  )
}

/** Keys, comments and `${{ }}` set apart from values: enough to find one's way. */
function coloured(line: string) {
  const parts = line.match(/^(\s*(?:- )?)([\w.'"-]+:)?(.*?)(\s#.*|^#.*)?$/)
  if (parts === null) return line
  const [, lead, key, value, comment] = parts
  return (
    <>
      {lead}
      {key && <b>{key}</b>}
      {value?.split(/(\$\{\{.*?\}\})/).map((piece, index) =>
        // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one line, in order
        piece.startsWith('${{') ? <var key={index}>{piece}</var> : piece,
      )}
      {comment && <i>{comment}</i>}
      {line === '' && ' '}
    </>
  )
}
