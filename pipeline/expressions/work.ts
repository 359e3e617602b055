import type { ASTNode } from '@marcbachmann/cel-js'
import { ExpressionError } from './errors.ts'

/**
 * An upper bound of what an expression can cost, known before it runs: the budget needs no clock and no counter.
 * It holds because every value from outside is bounded (`values.ts` refuses larger ones).
 */

/** Bounds of one value from outside. */
export const valueLimits = { textLength: 4_096, elements: 128, depth: 8, total: 32_768 } as const

/** Nanoseconds, roughly, on a slow machine; a few milliseconds in all. */
const budget = 2_000_000
const perNode = 50
const perCharacter = 0.25
const perPoint = 5
const perPair = 0.1
/** A quantifier swallows the errors of its elements. */
const perError = 2_000

interface Bound {
  work: number
  /** Characters of a text, or of everything in a list or map. */
  size: number
  /** Elements, if it is a list or map. */
  count: number
}

/** Parameters, trigger and execution hold scalars, and a list is walked element by element. */
const text: Bound = { work: perNode, size: valueLimits.textLength, count: valueLimits.elements }
const output: Bound = { work: perNode, size: valueLimits.total, count: valueLimits.elements }
/** Of these a part may be as large as a value can be. */
const large: ReadonlySet<string> = new Set(['stages', 'payload', 'run'])
const scalar: Bound = { work: perNode, size: 32, count: 0 }

/** Throws `ExpressionError` when the bound is over the budget; returns the bound. */
export function workOf(source: string, ast: ASTNode): number {
  const { work } = bound(ast)
  if (work <= budget) return work
  throw new ExpressionError(source, 'it could do too much work; avoid loops inside loops and long texts', ast.start)
}

function bound(node: ASTNode): Bound {
  switch (node.op) {
    case 'value':
      return { ...scalar, size: typeof node.args === 'string' ? node.args.length : scalar.size }
    case 'id':
      return large.has(node.args) ? output : text
    case '.':
      return plus(bound(node.args[0]), perNode)
    case '[]':
      return plus(bound(node.args[0]), bound(node.args[1]).work + perNode)
    case 'list':
      return { ...sum(node.args.map(bound)), count: node.args.length }
    case 'map':
      return { ...sum(node.args.flat().map(bound)), count: node.args.length }
    case '?:': {
      const [condition, yes, no] = node.args.map(bound) as [Bound, Bound, Bound]
      const work = condition.work + yes.work + no.work + perNode
      return { work, size: Math.max(yes.size, no.size), count: Math.max(yes.count, no.count) }
    }
    case '!_':
    case '-_':
      return { ...scalar, work: bound(node.args).work + perNode }
    case '+':
      return sum(node.args.map(bound))
    case 'call':
      return called(node.args[0], node.args[1].map(bound))
    case 'rcall':
      return called(node.args[0], [node.args[1], ...node.args[2]].map(bound))
    case '.?':
    case '[?]':
      return output
    default:
      return { ...scalar, work: sum(node.args.map(bound)).work }
  }
}

function called(name: string, given: readonly Bound[]): Bound {
  const [first = scalar, ...rest] = given
  const joined = sum(given)
  switch (name) {
    case 'all':
    case 'exists':
    case 'exists_one':
      return { ...scalar, work: first.work + first.count * (bodyOf(rest) + perError) }
    case 'filter':
      return { ...first, work: first.work + first.count * bodyOf(rest) }
    case 'map': {
      const size = first.count * (rest.at(-1)?.size ?? 0)
      return { work: first.work + first.count * bodyOf(rest), size, count: first.count }
    }
    case 'contains':
    case 'indexOf':
    case 'lastIndexOf':
      return { ...scalar, work: joined.work + searching(first, rest[0]) }
    case 'split': {
      const work = joined.work + searching(first, rest[0]) + first.size * perNode
      return { work, size: joined.size, count: first.size + 1 }
    }
    case 'join': {
      const size = first.size + first.count * (rest[0]?.size ?? 0)
      return { work: joined.work + first.count * perNode + size * perCharacter, size, count: 0 }
    }
    // Some letters become three when their case changes.
    case 'lowerAscii':
    case 'upperAscii':
      return { ...joined, size: 3 * joined.size, count: 0 }
    // Counts code points one by one.
    case 'size':
      return { ...scalar, work: joined.work + first.size * perPoint }
    case 'substring':
    case 'trim':
    case 'string':
      return { ...joined, count: 0 }
    default:
      return { ...scalar, work: joined.work }
  }
}

/** Texts that repeat themselves make every search a product of both lengths. */
function searching(text: Bound, part: Bound = scalar): number {
  return text.size * part.size * perPair
}

/** Of one round of a macro; the first argument is its variable. */
function bodyOf([, ...body]: readonly Bound[]): number {
  return body.reduce((total, each) => total + each.work, 2 * perNode)
}

/** Everything is read once. */
function sum(all: readonly Bound[]): Bound {
  const size = all.reduce((total, each) => total + each.size, 0)
  const count = all.reduce((total, each) => total + each.count, 0)
  const work = all.reduce((total, each) => total + each.work, perNode) + (size + count) * perCharacter
  return { work, size, count }
}

function plus(of: Bound, work: number): Bound {
  return { ...of, work: of.work + work }
}
