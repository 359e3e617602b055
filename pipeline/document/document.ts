import type { Document, LineCounter, Node, Pair, Scalar, YAMLMap } from 'yaml'
import { isMap, isScalar, isSeq } from 'yaml'
import type { Finding, Path, Problem } from '../problem.ts'
import { jsonPointer } from '../problem.ts'

/** A file as plain data, that knows where every part of it is written. */
export interface SourceDocument {
  file: string
  /** Plain JSON; no key is called `__proto__`. */
  value: unknown
  problem(finding: Finding): Problem
}

export function sourceDocument(
  file: string,
  text: string,
  { contents }: Document,
  lines: LineCounter,
  value: unknown,
): SourceDocument {
  return {
    file,
    value,
    problem(finding) {
      const { line, col } = lines.linePos(offsetOf(finding, contents, text))
      return {
        file,
        line: Math.max(line, 1),
        column: Math.max(col, 1),
        pointer: jsonPointer(finding.path),
        message: finding.message,
      }
    },
  }
}

/** Where a finding points: the value, or the key; what is missing is shown at the map that should have it. */
function offsetOf({ path, atKey, offset }: Finding, contents: Node | null, text: string): number {
  const place = find(contents, path)
  if (atKey || place.missing || place.node === null || isEmpty(place.node)) return place.keyOffset
  if (offset !== undefined && isScalar(place.node)) return offsetInside(place.node, offset, text)
  return place.node.range?.[0] ?? place.keyOffset
}

interface Place {
  node: Node | null
  /** Where its key is written; of an item of a list, where the item starts. */
  keyOffset: number
  missing: boolean
}

function find(contents: Node | null, path: Path): Place {
  let place: Place = { node: contents, keyOffset: start(contents, 0), missing: false }
  for (const part of path) {
    const next = child(place, part)
    if (next === null) return { ...place, missing: true }
    place = next
  }
  return place
}

function child({ node, keyOffset }: Place, part: string | number): Place | null {
  if (isMap(node)) {
    const pair = pairOf(node, String(part))
    if (pair === undefined) return null
    return { node: pair.value, keyOffset: start(pair.key, keyOffset), missing: false }
  }
  if (!isSeq(node) || typeof part !== 'number') return null
  const item = node.items[part] as Node | undefined
  if (item === undefined) return null
  return { node: item, keyOffset: start(item, keyOffset), missing: false }
}

type NodePair = Pair<Node, Node | null>

/** A map with thousands of keys has thousands of problems to be placed. */
const pairsOf = new WeakMap<YAMLMap, Map<string, NodePair>>()

function pairOf(map: YAMLMap, key: string): NodePair | undefined {
  let pairs = pairsOf.get(map)
  if (pairs === undefined) {
    pairs = new Map((map.items as NodePair[]).map(pair => [isScalar(pair.key) ? String(pair.key.value) : '', pair]))
    pairsOf.set(map, pairs)
  }
  return pairs.get(key)
}

function start(node: Node | null, fallback: number): number {
  return node?.range?.[0] ?? fallback
}

/** `needs:` with nothing behind it has a value, but no place. */
function isEmpty(node: Node): boolean {
  return isScalar(node) && node.value === null && (node.source ?? '') === ''
}

/**
 * The place in the file of a character of a scalar's value. Exact where the text is written as it is read; in folded
 * and escaped text it is the `${{` of the expression that the character belongs to.
 */
function offsetInside(node: Scalar, offset: number, text: string): number {
  const [from, to] = node.range!
  const written = text.slice(from, to)
  const value = String(node.value)
  const plain = written.indexOf(value)
  if (plain !== -1) return from + plain + offset
  const expression = value.lastIndexOf('${{', offset)
  if (expression === -1) return from
  const earlier = value.slice(0, expression).split('${{').length - 1
  let at = -1
  for (let count = 0; count <= earlier; count++) at = written.indexOf('${{', at + 1)
  if (at === -1) return from
  const inside = value.slice(expression, offset + 1)
  return from + at + (written.startsWith(inside, at) ? inside.length - 1 : 0)
}
