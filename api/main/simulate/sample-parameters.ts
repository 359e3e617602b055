import type { ParameterValue } from '../../../pipeline/execution.ts'
import { readPattern } from '../../../pipeline/pattern.ts'
import type { Parameter, Pipeline } from '../../../pipeline/schema/pipeline.ts'

/** Values for the required parameters that nobody gave, as far as one of ours fits. */
export function sampleParameters(
  { parameters = {} }: Pick<Pipeline, 'parameters'>,
  given: Readonly<Record<string, ParameterValue>>,
): Record<string, ParameterValue> {
  const missing = Object.entries(parameters).filter(
    ([name, { default: fallback }]) => fallback === undefined && !Object.hasOwn(given, name),
  )
  const samples = missing.flatMap(([name, parameter]) => {
    const value = sampleOf(parameter)
    return value === undefined ? [] : [[name, value] as const]
  })
  return { ...given, ...Object.fromEntries(samples) }
}

const texts = ['2.0.0', 'v2.0.0', '2', 'v2', 'new', '2.0', 'main', `sha256:${'0'.repeat(64)}`, '0'.repeat(40)]

function sampleOf({ type, pattern, enum: allowed }: Parameter): ParameterValue | undefined {
  if (allowed !== undefined) return allowed[0]
  if (type === 'number') return 1
  if (type === 'boolean') return true
  if (pattern === undefined) return texts[0]
  const { matches } = readPattern(pattern)
  return texts.find(text => matches?.(text) === true)
}
