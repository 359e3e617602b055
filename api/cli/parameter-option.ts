import type { ParameterValue } from '../../pipeline/execution.ts'
import { CliError, exitCodes } from './io.ts'

type Declared = Readonly<Record<string, { type: string }>>

/** For an option that may be repeated. */
export function collect(value: string, all: string[]): string[] {
  return [...all, value]
}

/** `key=value` as the pipeline declares the key; what it does not declare stays text, to be refused by whoever checks. */
export function parameterPair(text: string, declared: Declared): [string, ParameterValue] {
  const at = text.indexOf('=')
  if (at < 1) throw new CliError(`-p ${text}: write it as key=value`, exitCodes.invalid)
  const [key, value] = [text.slice(0, at), text.slice(at + 1)]
  const type = declared[key]?.type ?? 'string'
  if (type === 'number' && value.trim() !== '' && Number.isFinite(Number(value))) return [key, Number(value)]
  if (type === 'boolean' && (value === 'true' || value === 'false')) return [key, value === 'true']
  return [key, value]
}
