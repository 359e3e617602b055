import type { ASTNode } from '@marcbachmann/cel-js'

/**
 * A payload may be a megabyte, and expressions take only small values; so an expression is given just the places of it
 * that it names.
 */

/** Keys and indexes on the way to a place; everything below a `whole` one is read. */
interface Reads {
  whole: boolean
  below: Map<string | number, Reads>
}

/** The part of `value` that an expression reads below the variable `root`. */
export function readPart(value: unknown, root: string, ast: ASTNode): unknown {
  const reads: Reads = { whole: false, below: new Map() }
  collect(ast, root, reads)
  return pick(value, reads)
}

function collect(node: unknown, root: string, reads: Reads): void {
  if (Array.isArray(node)) {
    for (const each of node) collect(each, root, reads)
    return
  }
  if (!isNode(node)) return
  const way = wayTo(node, root)
  if (way !== null) {
    add(reads, way)
    return
  }
  collect(node.args, root, reads)
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value
}

/** `root.a['b'][0]` → a, b, 0; null for everything else. */
function wayTo(node: ASTNode, root: string): (string | number)[] | null {
  if (node.op === 'id') return node.args === root ? [] : null
  if (node.op !== '.' && node.op !== '[]') return null
  const [left, right] = node.args as [ASTNode, ASTNode | string]
  const key = keyOf(right)
  const way = wayTo(left, root)
  return way === null || key === null ? null : [...way, key]
}

function keyOf(right: ASTNode | string): string | number | null {
  if (typeof right === 'string') return right
  if (right.op !== 'value') return null
  if (typeof right.args === 'string') return right.args
  const index = Number(right.args)
  return typeof right.args === 'bigint' && index >= 0 && index < mostElements ? index : null
}

/** An index beyond this reads the whole list, which is refused for its size if it is that long. */
const mostElements = 128

function add(reads: Reads, way: readonly (string | number)[]): void {
  let at = reads
  for (const key of way) {
    const next = at.below.get(key) ?? { whole: false, below: new Map() }
    at.below.set(key, next)
    at = next
  }
  at.whole = true
}

function pick(value: unknown, { whole, below }: Reads): unknown {
  if (whole || typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return pickElements(value, below)
  const picked: [string, unknown][] = []
  for (const [key, inner] of below) {
    if (typeof key === 'string' && Object.hasOwn(value, key))
      picked.push([key, pick((value as Record<string, unknown>)[key], inner)])
  }
  return Object.fromEntries(picked)
}

/** What is not read is null, so that the others keep their index. */
function pickElements(list: readonly unknown[], below: Reads['below']): unknown[] {
  const last = Math.min(
    list.length - 1,
    Math.max(-1, ...[...below.keys()].map(key => (typeof key === 'number' ? key : -1))),
  )
  return Array.from({ length: last + 1 }, (_, index) => {
    const inner = below.get(index)
    return inner === undefined ? null : pick(list[index], inner)
  })
}
