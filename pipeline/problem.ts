/** Where something is inside a document: keys and indexes from the root. */
export type Path = readonly (string | number)[]

/** Something wrong at a place of a definition, before anyone knows which line that is. */
export interface Finding {
  path: Path
  /** Points at the key instead of its value; for keys that should not be there. */
  atKey?: true
  /** Characters into the value's text, when the fault is inside it. */
  offset?: number
  message: string
}

/** Something wrong at a place of a file; line and column count from 1, `pointer` is an RFC 6901 JSON pointer. */
export interface Problem {
  file: string
  line: number
  column: number
  pointer: string
  message: string
}

/** No file is reported with more problems than this: the rest is noise to whoever repairs it. */
export const maxProblems = 50

export function jsonPointer(path: Path): string {
  return path.map(part => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

export function formatProblem({ file, line, column, message }: Problem): string {
  return `${file}:${line}:${column}: ${message}`
}
