import type { ASTNode } from '@marcbachmann/cel-js'
import { ExpressionError } from './errors.ts'

/**
 * An upper bound of what an expression can cost, known before it runs: the budget needs no clock and no counter.
 * It holds because every value from outside is bounded (`values.ts` refuses larger ones).
 */

/** Bounds of one value from outside. */
export const valueLimits = { textLength: 4_096, elements: 256, depth: 8, total: 65_536 } as const

/** Characters or elements touched; a few milliseconds on a slow machine. */
const budget = 4_000_000

interface Bound {
  work: number
  /** Characters of a text, or of everything in a list. */
  size: number
  /** Elements, if it turns out to be a list or map. */
  count: number
}

const outside: Bound = { work: 1, size: valueLimits.textLength, count: valueLimits.elements }
const scalar: Bound = { work: 1, size: 32, count: 0 }

/** Throws `ExpressionError` when the bound is over the budget; returns the bound. */
export function workOf(source: string, ast: ASTNode): number {
  const { work } = bound(ast)
  if (work <= budget) return work
  throw new ExpressionError(source, 'it could do too much work; avoid loops inside loops and long texts', ast.start)
}

function bound(node: ASTNode): Bound {
  switch (node.op) {
    case 'value': {
      const size = typeof node.args === 'string' ? node.args.length : scalar.size
      return { work: 1, size, count: 0 }
    }
    case 'id':
      return outside
    case '.': {
      const left = bound(node.args[0])
      return { ...left, work: left.work + 1 }
    }
    case '[]': {
      const left = bound(node.args[0])
      return { ...left, work: left.work + bound(node.args[1]).work + 1 }
    }
    case 'list':
      return all(node.args, node.args.length)
    case 'map':
      return all(node.args.flat(), node.args.length)
    case '?:': {
      const [condition, yes, no] = node.args.map(bound) as [Bound, Bound, Bound]
      const work = condition.work + yes.work + no.work
      return { work, size: Math.max(yes.size, no.size), count: Math.max(yes.count, no.count) }
    }
    case '!_':
    case '-_':
      return { ...scalar, work: bound(node.args).work + 1 }
    case '+': {
      const [left, right] = [bound(node.args[0]), bound(node.args[1])]
      return { ...sum(left, [right]), count: left.count + right.count }
    }
    case 'call':
      return called(node.args[0], node.args[1])
    case 'rcall':
      return called(node.args[0], [node.args[1], ...node.args[2]])
    case '.?':
    case '[?]':
      return outside
    default:
      return { ...scalar, work: all(node.args, 0).work }
  }
}

function called(name: string, nodes: readonly ASTNode[]): Bound {
  const [first = scalar, ...rest] = nodes.map(bound)
  switch (name) {
    case 'all':
    case 'exists':
    case 'exists_one':
    case 'filter':
    case 'map': {
      const body = rest.slice(1).reduce((sum, each) => sum + each.work, 1)
      const element = name === 'map' ? Math.max(...rest.map(each => each.size)) : first.size
      const size = name === 'map' ? element * first.count : element
      return { work: first.work + first.count * body, size, count: first.count }
    }
    case 'split': {
      const joined = sum(first, rest)
      return { ...joined, count: first.size + 1 }
    }
    case 'join': {
      const joined = sum(first, rest)
      return { work: joined.work, size: first.size + first.count * (rest[0]?.size ?? 0), count: 0 }
    }
    // Some letters become three when their case changes.
    case 'lowerAscii':
    case 'upperAscii': {
      const changed = sum(first, rest)
      return { ...changed, size: 3 * changed.size, count: 0 }
    }
    case 'substring':
    case 'trim':
    case 'string':
      return { ...sum(first, rest), count: 0 }
    default:
      return { ...scalar, work: sum(first, rest).work }
  }
}

function all(nodes: readonly ASTNode[], count: number): Bound {
  const [first = scalar, ...rest] = nodes.map(bound)
  const { work, size } = sum(first, rest)
  return { work, size, count }
}

/** Everything is read once. */
function sum(first: Bound, rest: readonly Bound[]): Bound {
  const size = rest.reduce((total, each) => total + each.size, first.size)
  const work = rest.reduce((total, each) => total + each.work, first.work) + size + rest.length
  return { work, size, count: first.count }
}
