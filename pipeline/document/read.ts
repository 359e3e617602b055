import type { Node, Pair } from 'yaml'
import { isMap, isScalar, isSeq, LineCounter, parseAllDocuments } from 'yaml'
import type { Path, Problem } from '../problem.ts'
import { jsonPointer, maxProblems } from '../problem.ts'
import type { SourceDocument } from './document.ts'
import { sourceDocument } from './document.ts'
import type { TextFault } from './guard.ts'
import { guardYaml, limits } from './guard.ts'
import { syntaxMessage } from './syntax.ts'

export type ReadDocument = { document: SourceDocument; problems: [] } | { document: null; problems: Problem[] }

/**
 * Reads one YAML document (JSON is YAML) as plain data. Safe for any text: sizes and nesting are checked before
 * anything is built, and nothing of YAML that is more than data is accepted.
 */
export function readDocument(text: string, file: string): ReadDocument {
  const fail = (faults: readonly TextFault[]): ReadDocument => {
    return { document: null, problems: faults.slice(0, maxProblems).map(fault => problemAt(file, body, fault)) }
  }
  const body = text.startsWith('\ufeff') ? text.slice(1) : text
  const bytes = new TextEncoder().encode(body).length
  if (bytes > limits.bytes) return fail([{ offset: 0, message: tooLarge(bytes) }])
  const guarded = guardYaml(body)
  if (guarded.length > 0) return fail(guarded)
  const lines = new LineCounter()
  const documents = parseAllDocuments(body, {
    version: '1.2',
    schema: 'core',
    strict: true,
    stringKeys: true,
    merge: false,
    // Compares every key with every other one; doubled keys are found below, with both places.
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
    lineCounter: lines,
  })
  if (!Array.isArray(documents) || documents.length === 0) return fail([{ offset: 0, message: 'the file is empty' }])
  const [document, second] = documents
  const syntax = [...document!.errors, ...document!.warnings].map(error => ({
    offset: error.pos[0],
    message: syntaxMessage(error),
  }))
  // What follows the first few is mostly the parser being lost.
  if (syntax.length > 0) return fail(syntax.slice(0, 3))
  if (second !== undefined)
    return fail([{ offset: second.range[0], message: 'a second document starts here; a file holds one' }])
  if (document!.contents === null) return fail([{ offset: 0, message: 'the file is empty' }])
  const faults: KeyFault[] = []
  const value = toPlain(document!.contents as Node, [], faults)
  if (faults.length > 0) return fail(faults)
  return { document: sourceDocument(file, body, document!, lines, value), problems: [] }
}

type KeyFault = TextFault & { pointer: string }

function toPlain(node: Node | null, path: Path, faults: KeyFault[]): unknown {
  if (isSeq(node)) return node.items.map((item, index) => toPlain(item as Node, [...path, index], faults))
  if (!isMap(node)) return isScalar(node) ? node.value : null
  const plain: Record<string, unknown> = {}
  for (const { key, value } of node.items as Pair<Node, Node | null>[]) {
    const name = isScalar(key) ? String(key.value) : ''
    const inner = [...path, name]
    const message = inner.length > limits.depth ? tooDeep : keyFault(name, plain)
    if (message === null) plain[name] = toPlain(value, inner, faults)
    else faults.push({ offset: key.range?.[0] ?? 0, message, pointer: jsonPointer(inner) })
  }
  return plain
}

const tooDeep = `more than ${limits.depth} levels inside each other`

function keyFault(name: string, seen: Readonly<Record<string, unknown>>): string | null {
  if (name === '__proto__') return '"__proto__" is not allowed as a key'
  if (name === '<<') return 'merge keys (<<) are not supported; write it out'
  return Object.hasOwn(seen, name) ? `"${name}" is there twice` : null
}

function tooLarge(bytes: number): string {
  return `the file is ${Math.ceil(bytes / 1024)} KB; at most ${limits.bytes / 1024} KB are read`
}

function problemAt(
  file: string,
  text: string,
  { offset, message, pointer = '' }: TextFault & { pointer?: string },
): Problem {
  const before = text.slice(0, offset)
  const line = before.split('\n').length
  return { file, line, column: offset - before.lastIndexOf('\n'), pointer, message }
}
