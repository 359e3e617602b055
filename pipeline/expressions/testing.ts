import fc from 'fast-check'
import { ExpressionError } from './errors.ts'
import type { ExpressionContext } from './evaluate.ts'
import { evaluate } from './evaluate.ts'
import { functions } from './language.ts'

/** What a series of fuzzed expressions came to. */
export interface FuzzFigures {
  seed: number
  count: number
  /** Evaluated without an error. */
  values: number
  /** Ended with a typed error, by reason's first words. */
  errors: number
  /** Threw anything but `ExpressionError`; must be empty. */
  untyped: string[]
  /** Took over `limit` milliseconds, and far more than one in a hundred, three times in a row; must be empty. */
  slow: string[]
  polluted: boolean
  /** Milliseconds of processor time, of first evaluations: garbage collection and compilation are in it. */
  median: number
  p99: number
  longest: number
}

const limit = 5
/** Times what one in a hundred takes: on a slow machine, or a busy one, all take longer. */
const farMore = 4

/** A third fits the types, a third the grammar only, a third is noise; on the largest values there may be. */
export function fuzzExpressions({ seed, count }: { seed: number; count: number }): FuzzFigures {
  const figures: FuzzFigures = {
    seed,
    count: 0,
    values: 0,
    errors: 0,
    untyped: [],
    slow: [],
    polluted: false,
    median: 0,
    p99: 0,
    longest: 0,
  }
  const times: number[] = []
  const late: { source: string; took: number }[] = []
  for (const source of fc.sample(expressions, { seed, numRuns: count })) {
    const took = attempt(source, figures)
    times.push(took)
    if (took > limit) late.push({ source, took })
    figures.count++
  }
  figures.polluted = 'polluted' in {}
  times.sort((a, b) => a - b)
  const at = (share: number) =>
    Number((times[Math.min(times.length - 1, Math.floor(share * times.length))] ?? 0).toFixed(3))
  const most = Math.max(limit, farMore * at(0.99))
  const isSlow = ({ source, took }: { source: string; took: number }) =>
    took > most && again(source) > most && again(source) > most
  figures.slow = late.filter(isSlow).map(({ source }) => source)
  return { ...figures, median: at(0.5), p99: at(0.99), longest: at(1) }
}

function attempt(source: string, figures: FuzzFigures): number {
  const start = process.threadCpuUsage()
  try {
    evaluate(source, largest)
    figures.values++
  } catch (error) {
    if (error instanceof ExpressionError) figures.errors++
    else figures.untyped.push(`${source} → ${error}`)
  }
  const { user, system } = process.threadCpuUsage(start)
  return (user + system) / 1_000
}

function again(source: string): number {
  return attempt(source, { values: 0, errors: 0, untyped: [] } as unknown as FuzzFigures)
}

const text = 'ab,'.repeat(1_365)

/** As large as values may be. */
const largest: ExpressionContext = {
  parameters: { text, version: '1.2.3', count: 4, half: 0.5, dry: false },
  trigger: { type: 'api', by: 'ci', detail: 'd' },
  execution: { id: 'e', pipeline: 'p', application: 'a', revision: 'r', attempt: 1 },
  stages: {
    canary: { verdict: 'pass', score: 97, release: { version: '1', command: ['node', text], env: { A: text } } },
    'us-east': {
      list: Array.from({ length: 128 }, (_, index) => `item ${index}`),
      long: Array.from({ length: 7 }, () => text),
      deep: { a: [{ b: [{ c: 1 }] }] },
    },
  },
}

const leaves = fc.constantFrom(
  ...['parameters.text', 'parameters.version', 'parameters.count', 'parameters.half', 'parameters.dry', 'trigger.by'],
  ...['stages.canary.verdict', "stages['us-east'].list", 'stages["us-east"].long', "stages['us-east'].deep.a[0].b"],
  ...['stages.canary.release', 'stages.canary.release.env.A', 'stages.nope.x', 'parameters.nope', 'x', 'y', 'process'],
  ...[
    '1',
    '0',
    '-1',
    '2.5',
    '1e300',
    '9223372036854775807',
    '"a"',
    '","',
    '""',
    'true',
    'false',
    'null',
    '[]',
    '{}',
    "r'\\'",
  ],
)

const operators = fc.constantFrom('+', '-', '*', '/', '%', '==', '!=', '<', '<=', '>', '>=', '&&', '||', 'in')

const names = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(...Object.keys(functions)) },
  { weight: 1, arbitrary: fc.constantFrom('matches', 'constructor', 'toString', 'eval', 'bind', 'timestamp', 'bytes') },
)

const macro = fc.constantFrom('all', 'exists', 'exists_one')
const variable = fc.constantFrom('x', 'y')

const { grammar } = fc.letrec<{ grammar: string }>(tie => ({
  grammar: fc.oneof(
    { maxDepth: 6, depthIdentifier: 'expression', withCrossShrink: false },
    leaves,
    fc
      .tuple(tie('grammar'), operators, tie('grammar'))
      .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
    fc
      .tuple(tie('grammar'), names, fc.array(tie('grammar'), { maxLength: 2 }))
      .map(([on, name, given]) => `${on}.${name}(${given.join(', ')})`),
    fc.tuple(names, tie('grammar')).map(([name, given]) => `${name}(${given})`),
    fc
      .tuple(
        tie('grammar'),
        fc.constantFrom('map', 'filter', 'all', 'exists', 'exists_one'),
        fc.constantFrom('x', 'y'),
        tie('grammar'),
      )
      .map(([on, name, bound, body]) => `${on}.${name}(${bound}, ${body})`),
    fc
      .tuple(tie('grammar'), tie('grammar'), tie('grammar'))
      .map(([condition, yes, no]) => `(${condition} ? ${yes} : ${no})`),
    fc.tuple(tie('grammar'), tie('grammar')).map(([on, index]) => `${on}[${index}]`),
    fc.array(tie('grammar'), { maxLength: 4 }).map(items => `[${items.join(', ')}]`),
    fc.tuple(tie('grammar'), tie('grammar')).map(([key, value]) => `{${key}: ${value}}`),
  ),
}))

interface Typed {
  text: string
  number: string
  truth: string
  list: string
}

/** Fits the types, so that it gets as far as the evaluation. */
const typed = fc.letrec<Typed>(tie => {
  const [text, number, truth, list] = [tie('text'), tie('number'), tie('truth'), tie('list')]
  const shallow = { maxDepth: 6, depthIdentifier: 'typed' }
  return {
    text: fc.oneof(
      shallow,
      fc.constantFrom('parameters.text', 'parameters.version', '"a,b"', '""', 'stages.canary.verdict', 'string(4)'),
      fc.tuple(text, text).map(([a, b]) => `(${a} + ${b})`),
      fc.tuple(text, fc.constantFrom('lowerAscii', 'upperAscii', 'trim')).map(([a, name]) => `${a}.${name}()`),
      fc.tuple(list, text).map(([a, b]) => `${a}.map(x, string(x)).join(${b})`),
      fc.tuple(truth, text, text).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
      fc.tuple(text, fc.nat({ max: 5 })).map(([a, from]) => `${a}.substring(${from})`),
      number.map(a => `string(${a})`),
    ),
    number: fc.oneof(
      shallow,
      fc.constantFrom(
        '1',
        '0',
        '2.5',
        'parameters.count',
        'parameters.half',
        'stages.canary.score',
        '9223372036854775807',
      ),
      fc
        .tuple(number, fc.constantFrom('+', '-', '*', '/'), number)
        .map(([a, operator, b]) => `(${a} ${operator} ${b})`),
      fc.oneof(text, list).map(a => `size(${a})`),
      fc.tuple(text, text).map(([a, b]) => `${a}.indexOf(${b})`),
      number.map(a => `int(${a})`),
    ),
    truth: fc.oneof(
      shallow,
      fc.constantFrom('true', 'parameters.dry', 'has(stages.canary.release.image)'),
      fc
        .tuple(truth, fc.constantFrom('&&', '||', '==', '!='), truth)
        .map(([a, operator, b]) => `(${a} ${operator} ${b})`),
      fc
        .tuple(text, fc.constantFrom('contains', 'startsWith', 'endsWith'), text)
        .map(([a, name, b]) => `${a}.${name}(${b})`),
      fc.tuple(text, list).map(([a, b]) => `(${a} in ${b})`),
      fc.tuple(list, macro, text).map(([a, name, b]) => `${a}.${name}(x, string(x) == ${b})`),
      truth.map(a => `!${a}`),
    ),
    list: fc.oneof(
      shallow,
      fc.constantFrom('stages["us-east"].list', 'stages["us-east"].long', '["a", "b"]', '[]'),
      fc.tuple(text, text).map(([a, b]) => `${a}.split(${b})`),
      fc.tuple(list, list).map(([a, b]) => `(${a} + ${b})`),
      fc.tuple(list, variable, truth).map(([a, name, b]) => `${a}.filter(${name}, ${b})`),
      fc.tuple(list, variable, text).map(([a, name, b]) => `${a}.map(${name}, ${b} + string(${name}))`),
      fc.array(text, { maxLength: 4 }).map(items => `[${items.join(', ')}]`),
    ),
  }
})

const noise = fc.oneof(
  fc.string({ maxLength: 60 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 }).map(units => String.fromCharCode(...units)),
  fc
    .array(
      fc.constantFrom(
        ...['(', ')', '[', ']', '{', '}', '.', ',', ':', '?', '!', '-', '+', '"', "'", '"""', '\\', '//', '\n', ' '],
        ...[
          'parameters',
          'stages',
          '__proto__',
          'constructor',
          'prototype',
          'this',
          'a',
          '1',
          '0x',
          '1u',
          'b"',
          "r'",
          'in',
          '&&',
          '==',
          '.?',
        ],
      ),
      { maxLength: 40 },
    )
    .map(parts => parts.join('')),
  fc
    .tuple(fc.constantFrom('!', '-', '(', '[', '{"a":', 'a.', 'a ? '), fc.nat({ max: 999 }))
    .map(([piece, times]) => piece.repeat(times)),
)

const expressions = fc.oneof(
  typed.text,
  typed.number,
  typed.truth,
  typed.list,
  grammar,
  grammar,
  grammar,
  grammar,
  noise,
  noise,
  noise,
  noise,
)
