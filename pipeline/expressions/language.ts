import type { ASTNode } from '@marcbachmann/cel-js'
import { Environment } from '@marcbachmann/cel-js'
import { didYouMean } from '../suggest.ts'
import { asExpressionError, ExpressionError } from './errors.ts'
import { releaseFields } from './outputs.ts'
import { workOf } from './work.ts'

/**
 * The part of CEL that pipelines may use: pure, total, without regular expressions, clocks, time zones and bytes.
 * Numbers of the pipeline are doubles; arithmetic and comparison with whole numbers just work.
 */
export const baseEnvironment = numbersMix(
  new Environment({
    homogeneousAggregateLiterals: false,
    limits: { maxAstNodes: 256, maxDepth: 24, maxListElements: 100, maxMapEntries: 50, maxCallArguments: 8 },
  }),
).registerType('Release', { fields: releaseFields })

const longestExpression = 1_000

/** Name → what it is called on. A function that is not here does not exist for pipelines. */
export const functions = {
  string: 'value',
  int: 'value',
  double: 'value',
  bool: 'value',
  size: 'both',
  has: 'value',
  contains: 'receiver',
  startsWith: 'receiver',
  endsWith: 'receiver',
  lowerAscii: 'receiver',
  upperAscii: 'receiver',
  trim: 'receiver',
  indexOf: 'receiver',
  lastIndexOf: 'receiver',
  substring: 'receiver',
  split: 'receiver',
  join: 'receiver',
  all: 'receiver',
  exists: 'receiver',
  exists_one: 'receiver',
  map: 'receiver',
  filter: 'receiver',
} as const satisfies Record<string, 'value' | 'receiver' | 'both'>

/** The functions that bind their first argument as a variable. */
export const macros: ReadonlySet<string> = new Set(['all', 'exists', 'exists_one', 'map', 'filter'])

/** A read of something outside: `parameters.version`, `stages['us-canary']`, `trigger`. */
export interface Reference {
  root: string
  /** The key right behind the root, when it is written out; null for the bare root or a computed key. */
  key: string | null
  /** Where root and key stand in the expression. */
  start: number
  end: number
  keyStart: number
}

export interface Expression {
  source: string
  references: Reference[]
}

/** Reads an expression and what it refers to, without types; throws `ExpressionError`. */
export function readExpression(source: string): Expression {
  if (source.trim() === '') throw new ExpressionError(source, 'it is empty')
  if (source.length > longestExpression) {
    throw new ExpressionError(source, `it is longer than ${longestExpression} characters`)
  }
  const references: Reference[] = []
  try {
    const { ast } = baseEnvironment.parse(source)
    visit(ast, { source, bound: [], references })
    workOf(source, ast)
  } catch (error) {
    throw asExpressionError(source, error)
  }
  return { source, references }
}

interface Visit {
  source: string
  /** Variables of the macros around. */
  bound: readonly string[]
  references: Reference[]
}

/** Keys that lead out of plain data in JavaScript; the library guards them too. */
const forbiddenKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

function visit(node: ASTNode, visiting: Visit): void {
  const refuse = (reason: string, at = node.start) => new ExpressionError(visiting.source, reason, at)
  switch (node.op) {
    case 'value':
      if (node.args instanceof Uint8Array) throw refuse('bytes are not available in pipelines')
      if (node.args !== null && typeof node.args === 'object') throw refuse('unsigned numbers are not available')
      return
    case 'id':
      if (!visiting.bound.includes(node.args)) visiting.references.push(bare(node.args, node))
      return
    case '.':
    case '[]':
      visitAccess(node, visiting)
      return
    case 'call':
    case 'rcall':
      visitCall(node, visiting)
      return
    case 'map':
      for (const [key, value] of node.args) {
        if (key.op === 'value' && forbiddenKeys.has(String(key.args)))
          throw refuse('this key is not allowed', key.start)
        visit(key, visiting)
        visit(value, visiting)
      }
      return
    case 'list':
    case '?:':
      for (const child of node.args) visit(child, visiting)
      return
    case '!_':
    case '-_':
      visit(node.args, visiting)
      return
    case '.?':
    case '[?]':
      throw refuse('optional access is not available; use has()')
    default:
      visit(node.args[0], visiting)
      visit(node.args[1], visiting)
  }
}

function visitAccess(node: Extract<ASTNode, { op: '.' | '[]' }>, visiting: Visit): void {
  const key = writtenKey(node)
  if (key !== null && forbiddenKeys.has(key)) {
    throw new ExpressionError(visiting.source, `"${key}" is not allowed as a key`, node.pos)
  }
  const [left] = node.args
  if (left.op === 'id' && !visiting.bound.includes(left.args)) {
    const keyStart = node.op === '[]' ? node.args[1].start : node.pos
    visiting.references.push({ root: left.args, key, start: left.start, end: node.end, keyStart })
  } else visit(left, visiting)
  if (node.op === '[]') visit(node.args[1], visiting)
}

function visitCall(node: Extract<ASTNode, { op: 'call' | 'rcall' }>, visiting: Visit): void {
  const name = node.args[0]
  const kind = Object.hasOwn(functions, name) ? functions[name as keyof typeof functions] : null
  if (kind === null) {
    const known = Object.keys(functions)
    throw new ExpressionError(visiting.source, `there is no function "${name}"${didYouMean(name, known)}`, node.start)
  }
  const [receiver, args] = node.op === 'rcall' ? [node.args[1], node.args[2]] : [null, node.args[1]]
  if ((receiver === null && kind === 'receiver') || (receiver !== null && kind === 'value')) {
    const how = receiver === null ? `value.${name}(...)` : `${name}(value)`
    throw new ExpressionError(visiting.source, `write ${how}`, node.start)
  }
  if (receiver !== null) visit(receiver, visiting)
  if (receiver === null || !macros.has(name)) {
    for (const argument of args) visit(argument, visiting)
    return
  }
  const [variable, ...body] = args
  if (variable?.op !== 'id') throw new ExpressionError(visiting.source, `"${name}" needs a variable first`, node.start)
  if (isReserved(variable.args)) {
    throw new ExpressionError(visiting.source, `"${variable.args}" cannot be used as a variable`, variable.start)
  }
  for (const child of body) visit(child, { ...visiting, bound: [...visiting.bound, variable.args] })
}

/** Names that mean something already; see `scope.ts` for `s_1`. */
function isReserved(variable: string): boolean {
  return /^(parameters|trigger|execution|stages|selector|window|service|target|payload|event|push|image|run|s_\d+)$/.test(
    variable,
  )
}

function writtenKey(node: Extract<ASTNode, { op: '.' | '[]' }>): string | null {
  if (node.op === '.') return node.args[1]
  const [, index] = node.args
  return index.op === 'value' && typeof index.args === 'string' ? index.args : null
}

function bare(root: string, node: ASTNode): Reference {
  return { root, key: null, start: node.start, end: node.end, keyStart: node.start }
}

function numbersMix(environment: Environment): Environment {
  const mixed: [string, (a: number, b: number) => number][] = [
    ['+', (a, b) => a + b],
    ['-', (a, b) => a - b],
    ['*', (a, b) => a * b],
    ['/', (a, b) => a / b],
  ]
  for (const [operator, compute] of mixed) {
    environment.registerOperator(`double ${operator} int: double`, (a: number, b: bigint) => compute(a, Number(b)))
    environment.registerOperator(`int ${operator} double: double`, (a: bigint, b: number) => compute(Number(a), b))
  }
  // biome-ignore lint/suspicious/noDoubleEquals: a double and a bigint are equal when their mathematical values are.
  return environment.registerOperator('double == int: bool', (a: number, b: bigint) => a == (b as unknown as number))
}
