import { CST, Lexer } from 'yaml'

/** A fault at a character of a text. */
export interface TextFault {
  offset: number
  message: string
}

/** Larger than any pipeline that a person can review; small enough that the worst file is refused in a blink. */
export const limits = { bytes: 256 * 1024, depth: 32, values: 20_000 } as const

/**
 * Looks at the words of a YAML text, one by one and without building anything, and refuses what may not get any
 * further: nesting and sizes that would exhaust the parser, and all of YAML that is no plain data (aliases, anchors,
 * tags, directives). Unclosed quotes and brackets are found here too, because here we know where they were opened.
 */
export function guardYaml(text: string): TextFault[] {
  const faults: TextFault[] = []
  const open: number[] = []
  let offset = 0
  let values = 0
  let nestedOnLine = 0
  for (const source of new Lexer().lex(text)) {
    const type = CST.tokenType(source)
    const stop = (message: string) => [...faults, { offset, message }]
    if (source === scalarMark) values++
    switch (type) {
      case 'flow-map-start':
      case 'flow-seq-start':
        if (startsExpression(text, offset)) {
          const message = 'inside { } and [ ] an expression must be in quotes'
          return [...faults, { offset: offset - 1, message }]
        }
        open.push(offset)
        break
      case 'flow-map-end':
      case 'flow-seq-end':
        open.pop()
        break
      case 'flow-error-end':
        return [...faults, unclosed(text, open.at(-1) ?? offset)]
      case 'seq-item-ind':
      case 'explicit-key-ind':
      case 'map-value-ind':
        if (open.length === 0) nestedOnLine++
        break
      case 'newline':
        nestedOnLine = 0
        break
      case 'single-quoted-scalar':
      case 'double-quoted-scalar':
        values++
        if (!isClosed(source)) return stop('the text that starts here has no closing quote')
        break
      default: {
        const message = noPlainData(type)
        if (message !== null) faults.push({ offset, message })
      }
    }
    if (open.length + nestedOnLine > limits.depth) return stop(`more than ${limits.depth} levels inside each other`)
    if (values > limits.values) return stop(`more than ${limits.values} keys and values`)
    if (faults.length >= 10) return faults
    if (!isMark(source)) offset += source.length
  }
  return open.length > 0 ? [...faults, unclosed(text, open.at(-1)!)] : faults
}

const scalarMark = '\u001f'

/** Words that stand for something between characters and have no length. */
function isMark(source: string): boolean {
  return source === scalarMark || source === '\u0002' || source === '\u0018'
}

/** Braces end a plain text there, so that `${{` falls apart. */
function startsExpression(text: string, offset: number): boolean {
  return text.startsWith('${{', offset - 1)
}

function isClosed(quoted: string): boolean {
  return quoted.length > 1 && quoted.endsWith(quoted.charAt(0))
}

function unclosed(text: string, offset: number): TextFault {
  return { offset, message: `this "${text.charAt(offset)}" is not closed` }
}

function noPlainData(type: ReturnType<typeof CST.tokenType>): string | null {
  switch (type) {
    case 'alias':
    case 'anchor':
      return 'anchors (&) and aliases (*) are not supported; write it out, or put the text in quotes'
    case 'tag':
      return 'tags (!) are not supported; put the text in quotes'
    case 'directive-line':
      return 'directives (%) are not supported'
    default:
      return null
  }
}
