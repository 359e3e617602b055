import type { JudgmentProgress } from '../../../pipeline/execution.ts'

type Inputs = JudgmentProgress['inputs']
type Drafts = Readonly<Record<string, string>>

/** What is wrong with what was typed, by input; empty when the server may be asked. */
export function inputProblems(inputs: Inputs, drafts: Drafts): Readonly<Record<string, string>> {
  const found = Object.entries(inputs).flatMap(([name, input]) => {
    const problem = problemOf(input, drafts[name]?.trim() ?? '')
    return problem === null ? [] : [[name, problem] as const]
  })
  return Object.fromEntries(found)
}

/** What is sent: typed, without what was left empty. */
export function inputValues(inputs: Inputs, drafts: Drafts): Record<string, string | number> {
  const given = Object.entries(inputs).filter(([name]) => (drafts[name]?.trim() ?? '') !== '')
  return Object.fromEntries(
    given.map(([name, { type }]) => [name, type === 'number' ? Number(drafts[name]) : drafts[name]!]),
  )
}

function problemOf(input: Inputs[string], draft: string): string | null {
  if (draft === '') return input.required ? 'A value is needed.' : null
  if (input.type !== 'number') return null
  const value = Number(draft)
  if (!Number.isFinite(value)) return 'This is not a number.'
  if (input.min !== undefined && value < input.min) return `At least ${input.min}.`
  return input.max !== undefined && value > input.max ? `At most ${input.max}.` : null
}
