import type { z } from 'zod'
import type { Finding, Path } from '../problem.ts'
import { didYouMean } from '../suggest.ts'
import { isMap, words } from './words.ts'

export type Parsed<T> = { value: T; findings: [] } | { value: null; findings: Finding[] }

/** Checks a value against a schema; every fault is told once, in plain words, at the place it is about. */
export function parse<S extends z.ZodType>(schema: S, value: unknown, base: Path = []): Parsed<z.output<S>> {
  const result = schema.safeParse(value, { error: phrase })
  if (result.success) return { value: result.data, findings: [] }
  const root = { value, base }
  return { value: null, findings: result.error.issues.flatMap(issue => tell(issue, root, base)) }
}

/** What was checked, and where it is in its document. */
interface Root {
  value: unknown
  base: Path
}

type RawIssue = Parameters<z.core.$ZodErrorMap>[0]

/**
 * Zod asks this for a message while it still knows the schema; it gives what the place takes ("text", "at most 100"),
 * and `tell` makes the sentence. Unknown keys and unions need more than one sentence can say: the known keys, and the
 * number of the branch that was meant.
 */
function phrase(issue: RawIssue): string {
  const schema = issue.inst as z.ZodType | undefined
  switch (issue.code) {
    case 'unrecognized_keys':
      return Object.keys((schema as z.ZodObject | undefined)?.shape ?? {}).join('\n')
    case 'invalid_union': {
      const known = schema && words.get(schema)
      return `${known?.meant?.(issue.input) ?? ''}\n${known?.takes ?? oneOf(optionsOf(issue))}`
    }
    case 'invalid_type':
      return typeWords[issue.expected] ?? issue.expected
    case 'invalid_value':
      return oneOf(issue.values)
    case 'too_small':
      return size('at least', issue.origin, issue.minimum, issue.inclusive)
    case 'too_big':
      return size('at most', issue.origin, issue.maximum, issue.inclusive)
    default:
      return 'something else'
  }
}

/** Of a union told apart by one key: the values of that key. */
function optionsOf(issue: object): readonly unknown[] {
  return 'options' in issue && Array.isArray(issue.options) ? issue.options : []
}

const typeWords: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  record: 'a map',
}

function oneOf(values: readonly unknown[]): string {
  const listed = values.map(value => `"${String(value)}"`).join(', ')
  return values.length === 1 ? listed : `one of ${listed}`
}

function size(bound: string, origin: string, limit: number | bigint, inclusive: boolean | undefined): string {
  if (origin === 'array')
    return limit === 1n || limit === 1 ? `a list of ${bound} one item` : `a list of ${bound} ${limit} items`
  if (origin === 'string') return `${bound} ${limit} characters long`
  if (inclusive === false) return bound === 'at least' ? `more than ${limit}` : `less than ${limit}`
  return `${bound} ${limit}`
}

function tell(issue: z.core.$ZodIssue, root: Root, outer: Path): Finding[] {
  const path = [...outer, ...(issue.path as Path)]
  const input = valueAt(root, path)
  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = issue.message.split('\n')
      return issue.keys.map(key => ({ path: [...path, key], atKey: true, message: unknownKey(key, known) }))
    }
    case 'invalid_union': {
      const [meant = '', takes = ''] = issue.message.split('\n')
      const branch = meant === '' ? undefined : issue.errors[Number(meant)]
      return branch === undefined
        ? [must(path, takes, input, optionsOf(issue))]
        : branch.flatMap(each => tell(each, root, path))
    }
    case 'invalid_key': {
      const takes = issue.issues[0]?.message ?? 'something else'
      return [{ path, atKey: true, message: `the key "${String(path.at(-1))}" must be ${takes}` }]
    }
    case 'invalid_value':
      return [must(path, issue.message, input, issue.values)]
    default:
      return [must(path, issue.message, input)]
  }
}

function must(path: Path, takes: string, input: unknown, known: readonly unknown[] = []): Finding {
  const subject = subjectOf(path)
  if (input === undefined) return { path, message: `${subject} is missing; it must be ${takes}` }
  if (input === null) return { path, message: `${subject} has no value; it must be ${takes}` }
  if (typeof input === 'string' && input.includes('${{') && !takes.includes('${{')) {
    return { path, message: `${subject} cannot hold an expression; it must be ${takes}` }
  }
  const meant = typeof input === 'string' ? didYouMean(input, known.map(String)) : ''
  const quotes = takes === 'text' && !isMap(input) && !Array.isArray(input) ? '; put it in quotes' : ''
  return { path, message: `${subject} must be ${takes}, not ${described(input)}${meant}${quotes}` }
}

function unknownKey(key: string, known: readonly string[]): string {
  return `unknown key "${key}"${didYouMean(key, known)}; known here: ${known.join(', ')}`
}

function subjectOf(path: Path): string {
  const last = path.at(-1)
  if (last === undefined) return 'the file'
  if (typeof last === 'string') return `"${last}"`
  const list = path.findLast(part => typeof part === 'string')
  return list === undefined ? `item ${last + 1}` : `item ${last + 1} of "${list}"`
}

function described(input: unknown): string {
  if (Array.isArray(input)) return input.length === 0 ? 'an empty list' : 'a list'
  if (isMap(input)) return 'a map'
  const text = JSON.stringify(input) ?? String(input)
  const short = text.length > 80 ? `${text.slice(0, 77)}..."` : text
  return typeof input === 'number' ? String(input) : short
}

function valueAt(root: Root, path: Path): unknown {
  let { value } = root
  for (const part of path.slice(root.base.length)) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined
    value = (value as Record<string | number, unknown>)[part]
  }
  return value
}
