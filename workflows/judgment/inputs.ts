import type { StageOf } from '../../pipeline/schema/stage.ts'
import type { JudgmentInputs } from '../messages.ts'

type Declared = NonNullable<StageOf<'judgment'>['inputs']>

/** What is wrong with the values given with an approval; null when they fit. */
export function inputProblem(declared: Declared, given: JudgmentInputs): string | null {
  for (const name of Object.keys(given))
    if (!Object.hasOwn(declared, name)) return `there is no input "${name}"; ${known(declared)}`
  for (const [name, input] of Object.entries(declared)) {
    const value = Object.hasOwn(given, name) ? given[name] : undefined
    if (value === undefined && input.required) return `the input "${name}" is missing`
    const takes = value === undefined ? null : misfit(input, value)
    if (takes !== null) return `the input "${name}" must be ${takes}`
  }
  return null
}

function misfit(input: Declared[string], value: string | number): string | null {
  switch (input.type) {
    case 'text':
      return typeof value === 'string' && value.length <= input.maxLength
        ? null
        : `text of at most ${input.maxLength} characters`
    case 'number': {
      const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = input
      return typeof value === 'number' && value >= min && value <= max ? null : `a number${range(input)}`
    }
    case 'choice':
      return typeof value === 'string' && input.options.includes(value) ? null : `one of ${input.options.join(', ')}`
  }
}

function range({ min, max }: { min?: number | undefined; max?: number | undefined }): string {
  if (min === undefined && max === undefined) return ''
  if (max === undefined) return `, ${min} or more`
  return min === undefined ? `, ${max} or less` : ` from ${min} to ${max}`
}

function known(declared: Declared): string {
  const names = Object.keys(declared)
  return names.length === 0 ? 'it has none' : `it has ${names.join(', ')}`
}
