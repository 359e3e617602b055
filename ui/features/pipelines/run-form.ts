import type { PipelineDetail } from '../../../api/contract/pipelines.ts'
import type { ParameterValue } from '../../../pipeline/execution.ts'

export type Parameter = PipelineDetail['parameters'][string]

/** What stands in each field, as text. */
export type Drafts = Readonly<Record<string, string>>

/** A form that is filled with the defaults. */
export function draftOf(parameters: PipelineDetail['parameters']): Drafts {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, { type, default: value }]) => [
      name,
      value === undefined ? (type === 'boolean' ? 'false' : '') : String(value),
    ]),
  )
}

/**
 * Why a value cannot be, as far as the page can tell; null when the server may be asked. Patterns are the server's: its
 * engine takes linear time for every pattern, the browser's does not.
 */
export function problemWith({ type, default: value }: Parameter, draft: string): string | null {
  if (draft === '') return value === undefined && type !== 'boolean' ? 'A value is needed.' : null
  return type === 'number' && !Number.isFinite(Number(draft)) ? 'This is not a number.' : null
}

/** What is sent: typed, and without what was left to its default. */
export function valuesOf(parameters: PipelineDetail['parameters'], drafts: Drafts): Record<string, ParameterValue> {
  const given = Object.entries(parameters).filter(([name, { default: value }]) => {
    const draft = drafts[name] ?? ''
    return draft !== '' && (value === undefined || draft !== String(value))
  })
  return Object.fromEntries(given.map(([name, parameter]) => [name, typed(parameter, drafts[name]!)]))
}

function typed(parameter: Parameter, draft: string): ParameterValue {
  const chosen = parameter.enum?.find(one => String(one) === draft)
  if (chosen !== undefined) return chosen
  if (parameter.type === 'number') return Number(draft)
  return parameter.type === 'boolean' ? draft === 'true' : draft
}
