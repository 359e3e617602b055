import type { Finding } from '../problem.ts'
import type { Stage, StageOf } from '../schema/stage.ts'

/** What a judgment asks for and nobody could give. Paths are inside the stage. */
export function judgmentFindings(stage: Stage): Finding[] {
  if (stage.type !== 'judgment') return []
  return [...approverFindings(stage), ...inputFindings(stage), ...reminderFindings(stage)]
}

function approverFindings({ approvals, approvers = [] }: StageOf<'judgment'>): Finding[] {
  const doubled = approvers.flatMap((approver, index) =>
    approvers.indexOf(approver) < index
      ? [{ path: ['approvers', index], message: `"${approver}" is listed twice` }]
      : approver === 'role:'
        ? [{ path: ['approvers', index], message: '"role:" needs the name of a role, such as role:sre' }]
        : [],
  )
  const people = approvers.filter(approver => !approver.startsWith('role:'))
  if (approvers.length === 0 || people.length < approvers.length || people.length >= approvals) return doubled
  const message = `it needs ${approvals} approvals, but only ${people.length} can approve`
  return [...doubled, { path: ['approvals'], message }]
}

function inputFindings({ inputs = {} }: StageOf<'judgment'>): Finding[] {
  return Object.entries(inputs).flatMap(([name, input]): Finding[] => {
    if (input.type === 'number' && (input.min ?? -Infinity) > (input.max ?? Infinity))
      return [{ path: ['inputs', name, 'max'], message: `"max" must not be below "min", which is ${input.min}` }]
    if (input.type !== 'choice') return []
    const { options } = input
    const doubled = options.findIndex((option, index) => options.indexOf(option) < index)
    if (doubled < 0) return []
    return [{ path: ['inputs', name, 'options', doubled], message: `"${options[doubled]}" is listed twice` }]
  })
}

function reminderFindings({ remind, timeout }: StageOf<'judgment'>): Finding[] {
  if (remind === undefined || remind < timeout) return []
  return [{ path: ['remind'], message: `nobody is reminded: the judgment ends after ${timeout / 1000} s` }]
}
