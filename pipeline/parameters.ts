import type { ParameterValue } from './execution.ts'
import { readPattern } from './pattern.ts'
import type { Finding } from './problem.ts'
import type { Parameter, Pipeline } from './schema/pipeline.ts'
import { didYouMean } from './suggest.ts'

/** Texts are bounded, so that patterns and expressions on them are. */
const longestText = 4_096

export type CheckedParameters =
  | { values: Record<string, ParameterValue>; findings: [] }
  /** Paths start at the parameter's name. */
  | { values: null; findings: Finding[] }

/** What a run gets: the given values, checked against the declarations, and defaults for the rest. */
export function checkParameters(
  { parameters = {} }: Pick<Pipeline, 'parameters'>,
  given: Readonly<Record<string, unknown>>,
): CheckedParameters {
  const known = Object.keys(parameters)
  const findings: Finding[] = Object.keys(given)
    .filter(name => !known.includes(name))
    .map(name => ({ path: [name], atKey: true, message: unknownParameter(name, known) }))
  const values: Record<string, ParameterValue> = {}
  for (const [name, parameter] of Object.entries(parameters)) {
    const value = Object.hasOwn(given, name) ? given[name] : parameter.default
    const fault = value === undefined ? `parameter "${name}" is required` : faultOf(name, value, parameter)
    if (fault === null) values[name] = value as ParameterValue
    else findings.push({ path: [name], message: fault })
  }
  return findings.length === 0 ? { values, findings: [] } : { values: null, findings }
}

/** What is wrong with the declarations themselves: patterns, enums and defaults that do not fit; paths from the pipeline. */
export function parameterFindings({ parameters = {} }: Pick<Pipeline, 'parameters'>): Finding[] {
  return Object.entries(parameters).flatMap(([name, parameter]) =>
    declarationFindings(name, parameter).map(({ path, ...rest }) => ({ ...rest, path: ['parameters', name, ...path] })),
  )
}

function declarationFindings(name: string, parameter: Parameter): Finding[] {
  const { type, pattern, enum: allowed, default: fallback } = parameter
  if (pattern !== undefined) {
    if (type !== 'string')
      return [{ path: ['pattern'], atKey: true, message: `only text can have a pattern, not a ${type}` }]
    const read = readPattern(pattern)
    if (read.fault !== null) return [{ path: ['pattern'], message: read.fault }]
  }
  const findings: Finding[] = (allowed ?? []).flatMap((value, index) => {
    const fault = faultOf(name, value, { type })
    return fault === null ? [] : [{ path: ['enum', index], message: fault }]
  })
  if (findings.length > 0 || fallback === undefined) return findings
  const fault = faultOf(name, fallback, parameter)
  return fault === null ? [] : [{ path: ['default'], message: `the default does not fit: ${fault}` }]
}

/** Null when the value fits. */
function faultOf(name: string, value: unknown, parameter: Pick<Parameter, 'type' | 'pattern' | 'enum'>): string | null {
  const { type, pattern, enum: allowed } = parameter
  if (typeof value !== type) return `parameter "${name}" must be a ${type}, not ${described(value)}`
  if (typeof value === 'number' && !Number.isFinite(value)) return `parameter "${name}" must be a finite number`
  if (typeof value === 'string' && value.length > longestText) {
    return `parameter "${name}" is longer than ${longestText} characters`
  }
  if (allowed !== undefined && !allowed.some(each => each === value)) {
    return `parameter "${name}" must be one of ${allowed.map(each => JSON.stringify(each)).join(', ')}, not ${described(value)}`
  }
  if (pattern === undefined || typeof value !== 'string') return null
  const { matches, fault } = readPattern(pattern)
  if (fault !== null) return fault
  return matches(value) ? null : `parameter "${name}" must match ${pattern}, but is ${described(value)}`
}

function unknownParameter(name: string, known: readonly string[]): string {
  const listed = known.length === 0 ? 'the pipeline takes none' : `the pipeline takes ${known.join(', ')}`
  return `there is no parameter "${name}"${didYouMean(name, known)}; ${listed}`
}

function described(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a map'
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 80 ? `${text.slice(0, 77)}..."` : text
}
